"""The process that works: it is ended at any moment, and another one takes its place."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from tests.app.conftest import WORD, Desk

from sshr.app import worker as module
from sshr.app.faults import CancelledFault, RequestFault
from sshr.app.forms import Form, UploadedFile
from sshr.app.worker import DIED, Worker
from sshr.progress import quiet

PATIENCE = 120


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(threads=1)
    yield made
    made.kill()


def task(desk: Desk, survive: str) -> Form:
    files = {"reference": UploadedFile("r.png", desk.reference)}
    files |= {"text": UploadedFile("text", b"at noon")}
    return Form({"passphrase": WORD, "survive": survive}, files)


def gone(worker: Worker) -> bool:
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_work_and_refusals(worker: Worker, desk: Desk) -> None:
    steps: list[tuple[str, int, int]] = []
    answer = worker.perform("conceal", task(desk, "untouched"), lambda *step: steps.append(step))
    assert answer.facts["exact"]
    assert ("concealing", 0, 1) in steps
    with pytest.raises(RequestFault, match="the stego is missing") as raised:
        worker.perform("reveal", Form(), quiet)
    assert raised.value.status == 400
    assert worker.is_alive


def test_cancelled_at_its_next_step(
    worker: Worker, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process stays and takes the next piece."""
    monkeypatch.setattr(module, "GRACE_SECONDS", PATIENCE)
    with pytest.raises(CancelledFault):
        worker.perform("conceal", task(desk, "untouched"), lambda *_: worker.cancel())
    assert worker.perform("new-key", Form(), quiet).facts["key"]
    worker.cancel()  # nothing is in work
    assert worker.perform("new-key", Form(), quiet).facts["key"]


def test_killed_if_it_does_not_come_to_a_step(
    worker: Worker, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped process stands for a library that computes for minutes."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0)

    def stop(*_: object) -> None:
        os.kill(worker.pid, signal.SIGSTOP)
        worker.cancel()

    with pytest.raises(CancelledFault):
        worker.perform("conceal", task(desk, "untouched"), stop)
    assert not worker.is_alive
    assert gone(worker)


def test_cancelled_while_a_large_form_is_on_its_way(worker: Worker) -> None:
    """The process has not read all of it; nothing else may come into the pipe between."""
    worker.perform("new-key", Form(), quiet)
    os.kill(worker.pid, signal.SIGSTOP)
    outcome: list[BaseException] = []

    def perform() -> None:
        form = Form({}, {"file": UploadedFile("f", bytes(4 << 20))})
        try:
            worker.perform("forecast", form, quiet)
        except CancelledFault as fault:
            outcome.append(fault)

    thread = threading.Thread(target=perform)
    thread.start()
    while not worker.is_sending:
        pass
    worker.cancel()
    thread.join(PATIENCE)
    assert len(outcome) == 1
    assert not worker.is_alive


def test_a_process_that_was_killed_is_told(worker: Worker, desk: Desk) -> None:
    with pytest.raises(RequestFault, match="out of memory") as raised:
        worker.perform("conceal", task(desk, "untouched"), lambda *_: worker.kill())
    assert (raised.value.status, str(raised.value)) == (500, DIED)
    assert not worker.is_alive


def test_it_does_not_hear_the_keyboard(worker: Worker) -> None:
    os.kill(worker.pid, signal.SIGINT)
    assert worker.perform("new-key", Form(), quiet).facts["key"]
    os.kill(worker.pid, signal.SIGINT)
    assert worker.perform("new-key", Form(), quiet).facts["key"]


def test_it_ends_with_its_parent(tmp_path: object) -> None:
    """The parent is killed and says nothing more; its end of the pipe stays open elsewhere."""
    import subprocess
    import sys

    script = (
        "import sys, time\n"
        "from sshr.app.worker import Worker\n"
        "if __name__ == '__main__':\n"
        "    made = Worker(1); print(made.pid, flush=True); time.sleep(600)\n"
    )
    path = f"{tmp_path}/parent.py"
    with open(path, "w") as file:
        file.write(script)
    parent = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    ended, asked = threading.Event(), 0
    while asked < PATIENCE * 20 and not ended.wait(0.05):
        asked += 1
        try:
            with open(f"/proc/{pid}/stat") as status:
                if status.read().rsplit(")", 1)[1].split()[0] == "Z":
                    break
        except FileNotFoundError:
            break
    else:
        os.kill(pid, signal.SIGKILL)
        raise AssertionError("it lives on")
