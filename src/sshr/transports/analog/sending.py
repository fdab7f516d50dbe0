"""The sender's side: the network's stego, rounded with the header's bits in mind."""

from dataclasses import replace

from sshr.header.drafts import TrailingDraft
from sshr.header.metadata import Metadata
from sshr.header.writer import HeaderWriter
from sshr.imaging.fitting import FitMode
from sshr.imaging.reading import Picture
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.transports.analog.options import AnalogOptions
from sshr.transports.cover import FITS, Cover, fit_secret
from sshr.transports.notes import notes_on
from sshr.transports.protocol import EmbedResult, Runtime
from sshr.zoo.tiles import load_tiles


def send(
    secret: Picture, cover: Cover, header: HeaderWriter, options: AnalogOptions, progress: Progress
) -> EmbedResult:
    """See `Transport.embed`."""
    engine = Engine(load_tiles(options.preset, options.device))
    made = send_with(engine, secret, cover, header, options.fit, progress)
    return replace(made, runtime=Runtime(options.preset, options.device))


def send_with(
    engine: Engine,
    secret: Picture,
    cover: Cover,
    header: HeaderWriter,
    fit: FitMode = "contain",
    progress: Progress = quiet,
) -> EmbedResult:
    """What this network makes of a secret."""
    fitted = fit_secret(secret, cover, fit)
    k_pub = engine.rsrk_public(fitted.image)
    made = engine.conceal(
        fitted.image,
        cover.samples,
        engine.rsrk_symmetric(k_pub, cover.samples),
        header.session,
        progress,
    )
    metadata = Metadata(
        checkpoint_id=engine.identity,
        secret_width=secret.size[1],
        secret_height=secret.size[0],
        fit=FITS[fitted.plan.fit],
        turned=fitted.plan.turned,
        secret_mode=fitted.mode,
        rsrk_public=k_pub,
        tile_scales=made.scales,
    )
    return EmbedResult(
        samples=header.write(TrailingDraft(made.rounder), metadata, ecc=True),
        notes=notes_on(secret, cover.picture, fitted.plan),
        carried=fitted.plan.carried,
        fitted=fitted.image,
    )
