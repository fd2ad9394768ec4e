"""What LocalStack loads: the executor of functions, and mendings.

The stock start command of DynamoDB Local wants a Java agent from an address that a closed network does not reach. And a
state that waits for a task token with a heartbeat loses an answer given before its function returned; AWS honours it.
Calls of functions are not put into CloudWatch's metrics: nobody here reads them, and each costs as much as a small call.
"""

from localstack.runtime import hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class NodeExecutorPlugin(RuntimeExecutorPlugin):
    name = "node"

    def load(self, *_args, **_kwargs):
        from node_executor.executor import NodeExecutor

        return NodeExecutor


def _start_command(server) -> list[str]:
    return [
        "java",
        f"-Xmx{server.heap_size}",
        f"-Djava.library.path={server.library_path}",
        "-cp",
        f"{server.library_path}/*",
        "software.amazon.dynamodb.services.local.main.ServerRunner",
        "-port",
        str(server.port),
        *(["-dbPath", server.db_path] if server.db_path else ["-inMemory"]),
        *(["-delayTransientStatuses"] if server.delay_transient_statuses else []),
        *(["-sharedDb"] if server.share_db else []),
    ]


@hooks.on_infra_start()
def start_dynamodb_local_from_jars():
    from localstack.services.dynamodb import server

    server.DynamodbServer._create_shell_command = _start_command


@hooks.on_infra_start()
def honour_early_answers():
    from localstack.services.stepfunctions.asl.eval.callback.callback import CallbackEndpoint

    set_up = CallbackEndpoint.setup_heartbeat_endpoint

    def set_up_and_look(endpoint, heartbeat_seconds):
        heartbeat = set_up(endpoint, heartbeat_seconds)
        # Who answers now finds the heartbeat and wakes it; who answered before is found here.
        if endpoint.get_outcome() is not None:
            heartbeat.notify()
        return heartbeat

    CallbackEndpoint.setup_heartbeat_endpoint = set_up_and_look


@hooks.on_infra_start()
def leave_out_metrics_of_functions():
    from localstack.services.lambda_.invocation import version_manager

    version_manager.record_cw_metric_invocation = lambda **_: None
    version_manager.record_cw_metric_error = lambda **_: None
