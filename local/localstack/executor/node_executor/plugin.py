"""What LocalStack loads: the executor of functions, and a start command for DynamoDB Local.

The stock start command of DynamoDB Local wants a Java agent from an address that a closed network does not reach.
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
