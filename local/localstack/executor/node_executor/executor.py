"""LocalStack's executor interface over node processes: one execution environment is one process.

LocalStack itself keeps pooling, concurrency, keep-alive and the shipping of logs. Here are the environment a function
sees, its time-out (the process is killed, and started again at the next call, as Lambda does) and its report.
"""

import json
import os
import queue
import shutil
import tempfile
import time

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from node_executor.node_process import InitFailed, NodeProcess

_LOOPBACK = "127.0.0.1"


def _node_options(function_options: str | None, memory_mib: int) -> str:
    """The function's own, its heap limit, and a module that whoever started LocalStack wants in every function."""
    preload = os.environ.get("NODE_EXECUTOR_PRELOAD")
    options = [function_options, f"--max-old-space-size={memory_mib}", f"--import={preload}" if preload else None]
    return " ".join(option for option in options if option)


class NodeExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id=id, function_version=function_version)
        self._environment: dict[str, str] = {}
        self._process: NodeProcess | None = None
        self._home: str | None = None
        self._log = ""

    def start(self, env_vars):
        self._home = tempfile.mkdtemp(prefix="node-executor-")
        settings = self.function_version.config
        code = str(settings.code.get_unzipped_code_location())
        variables = {name: str(value) for name, value in env_vars.items() if value is not None}
        self._environment = {
            **variables,
            "PATH": os.environ["PATH"],
            "HOME": self._home,
            "TMPDIR": self._home,
            "TZ": "UTC",
            "LAMBDA_TASK_ROOT": code,
            "NODE_OPTIONS": _node_options(variables.get("NODE_OPTIONS"), settings.memory_size),
        }
        try:
            self._started_process()
        except InitFailed as failure:
            raise StatusErrorException("init failed", payload=json.dumps(failure.error).encode()) from failure

    def stop(self):
        self._kill()
        if self._home:
            shutil.rmtree(self._home, ignore_errors=True)

    def invoke(self, payload):
        invocation = payload["invoke-id"]
        started = time.monotonic()
        answer = self._ask(payload)
        milliseconds = (time.monotonic() - started) * 1000
        is_error = "error" in answer
        body = json.dumps(answer["error"]) if is_error else answer["result"]
        return InvocationResult(
            invocation, body.encode(), is_error=is_error, logs=self._report(invocation, milliseconds)
        )

    def _ask(self, payload) -> dict:
        timeout_seconds = self.function_version.config.timeout
        request = {
            "id": payload["invoke-id"],
            "arn": payload["invoked-function-arn"],
            "trace": payload["trace-id"],
            "event": payload["payload"],
        }
        try:
            process = self._started_process()
            request["deadline"] = int((time.time() + timeout_seconds) * 1000)
            answer = process.ask(request, timeout_seconds)
            self._log = process.log()
        except InitFailed as failure:
            self._log = ""
            return {"error": failure.error}
        except queue.Empty:
            self._log = process.log()
            self._kill()
            message = f"RequestId: {request['id']} Error: Task timed out after {timeout_seconds:.2f} seconds"
            return {"error": {"errorType": "Sandbox.Timedout", "errorMessage": message}}
        if answer.get("error", {}).get("errorType") == "Runtime.ExitError":
            self._kill()
        return answer

    def _started_process(self) -> NodeProcess:
        if self._process is not None and self._process.has_ended:
            self._kill()
        if self._process is None:
            node = os.environ.get("NODE_EXECUTOR_NODE", "node")
            self._process = NodeProcess(node, self._environment["LAMBDA_TASK_ROOT"], self._environment)
        return self._process

    def _kill(self):
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _report(self, invocation: str, milliseconds: float) -> str:
        memory_mib = self.function_version.config.memory_size
        return (
            f"START RequestId: {invocation} Version: {self.function_version.id.qualifier}\n{self._log}"
            f"END RequestId: {invocation}\n"
            f"REPORT RequestId: {invocation}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: {memory_mib} MB\t\n"
        )

    def get_address(self):
        return _LOOPBACK

    def get_endpoint_from_executor(self):
        return _LOOPBACK

    def get_runtime_endpoint(self):
        return f"http://{_LOOPBACK}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self):
        return self._log

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        """Nothing was prepared outside the code, which LocalStack removes itself."""
