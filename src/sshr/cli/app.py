"""`sshr app`."""

from pathlib import Path
from typing import Annotated

import typer

from sshr.errors import UsageError


def app(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")
    ] = True,
    host: Annotated[
        str,
        typer.Option(
            help="Where to listen. Any but this machine needs --origin and --password-file."
        ),
    ] = "127.0.0.1",
    origin: Annotated[
        str,
        typer.Option(help="How browsers find the page through your own TLS proxy: https://NAME."),
    ] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="File with the password that --origin needs.")
    ] = None,
) -> None:
    """Conceal and reveal in your browser.

    Only this machine serves the page.

    Example: sshr app
    """
    from sshr.app.server import AppSettings, serve

    settings = AppSettings(host, port, origin, _password(password_file))

    def ready(printed: str, opened: str) -> None:
        print(f"sshr: the page is at {printed}", flush=True)
        print("sshr: it is yours alone; Ctrl-C ends it", flush=True)
        if browser and not origin:
            import threading
            import webbrowser

            # Some browsers run in the terminal itself, and return when they are closed.
            threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()

    serve(settings, ready)


def _password(file: Path | None) -> str:
    from sshr.files.names import reason, shown
    from sshr.files.text import read_text

    if file is None:
        return ""
    try:
        return read_text(file).removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown(file)}: cannot read it ({reason(error)})") from None
