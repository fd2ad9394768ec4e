"""One node process that holds one function: requests on one inherited pipe, results on another, one JSON text a line.

What the function prints goes to a third. At the end of each invocation `bootstrap.cjs` prints a marker there, so that
the log of an invocation is whole before its result is handed on.
"""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path

_BOOTSTRAP = Path(__file__).with_name("bootstrap.cjs")
_INIT_TIMEOUT_SECONDS = 20
_LOG_PATIENCE_SECONDS = 2
# A record separator: no logger writes it.
_END_OF_LOG = "\x1e"

Answer = dict


class InitFailed(Exception):
    """The function could not be loaded. `error` is what Lambda would answer: errorType, errorMessage, trace."""

    def __init__(self, error: dict):
        super().__init__(error.get("errorMessage", "init failed"))
        self.error = error


class NodeProcess:
    def __init__(self, node: str, folder: str, environment: dict[str, str]):
        """Starts it and waits until the function is loaded. Raises InitFailed."""
        self._requests: int | None
        requests_out, self._requests = os.pipe()
        results_in, results_out = os.pipe()
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._log: list[str] = []
        self._log_is_whole = threading.Event()
        self._process = subprocess.Popen(
            [node, str(_BOOTSTRAP)],
            cwd=folder,
            env={**environment, "NODE_EXECUTOR_PIPES": f"{requests_out},{results_out}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            bufsize=1,
            pass_fds=(requests_out, results_out),
            start_new_session=True,
        )
        os.close(requests_out)
        os.close(results_out)
        threading.Thread(target=self._read_log, daemon=True).start()
        threading.Thread(target=self._read_answers, args=(results_in,), daemon=True).start()
        self._wait_for_init()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, request: dict, timeout_seconds: float) -> Answer:
        """Sends the request and gives `{"result": text}` or `{"error": {...}}`. Raises queue.Empty after the time."""
        self._log.clear()
        self._log_is_whole.clear()
        line = (json.dumps(request) + "\n").encode()
        try:
            while line:
                line = line[os.write(self._requests, line) :]
        except BrokenPipeError:
            # It ended since it was looked at; the reader of its answers says so.
            pass
        answer = self._answers.get(timeout=timeout_seconds)
        self._log_is_whole.wait(_LOG_PATIENCE_SECONDS)
        return answer

    def log(self) -> str:
        """What was printed since the last request."""
        return "".join(self._log)

    def kill(self) -> None:
        """May be called again."""
        if self._requests is not None:
            os.close(self._requests)
            self._requests = None
        self._process.kill()
        self._process.wait()

    def _wait_for_init(self) -> None:
        try:
            answer = self._answers.get(timeout=_INIT_TIMEOUT_SECONDS)
        except queue.Empty:
            answer = {"error": {"errorType": "Sandbox.Timedout", "errorMessage": "init timed out"}}
        if "error" in answer:
            self.kill()
            raise InitFailed(answer["error"])

    def _read_log(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                printed, marker, _ = line.partition(_END_OF_LOG)
                if printed:
                    self._log.append(printed)
                if marker:
                    self._log_is_whole.set()
        self._log_is_whole.set()

    def _read_answers(self, pipe: int) -> None:
        with os.fdopen(pipe, "r", encoding="utf-8") as lines:
            for line in lines:
                self._answers.put(json.loads(line))
        self._answers.put({"error": {"errorType": "Runtime.ExitError", "errorMessage": "Error: Runtime exited"}})
