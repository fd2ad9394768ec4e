"""Run by `npm run test:localstack` with LocalStack's own interpreter; needs nothing of LocalStack."""

import os
import queue
import shutil
import tempfile
import unittest
from pathlib import Path

from node_executor.node_process import InitFailed, NodeProcess

FUNCTION = """
export const handler = async (event, context) => {
  if (event.say) console.log(event.say);
  if (event.fail) throw new TypeError(event.fail);
  if (event.leave) process.exit(3);
  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60000));
  return { echo: event.echo, request: context.awsRequestId, left: context.getRemainingTimeInMillis() > 0 };
};
"""


def request(event: str, identity: str = "r-1") -> dict:
    return {"id": identity, "arn": "arn:aws:lambda:f", "trace": "t", "event": event, "deadline": 4102444800000}


class NodeProcessTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, code: str = FUNCTION, handler: str = "index.handler") -> NodeProcess:
        Path(self.folder, "index.mjs").write_text(code)
        environment = {
            "PATH": os.environ["PATH"],
            "LAMBDA_TASK_ROOT": self.folder,
            "_HANDLER": handler,
            "AWS_LAMBDA_FUNCTION_NAME": "f",
        }
        process = NodeProcess("node", self.folder, environment)
        self.addCleanup(process.kill)
        return process

    def test_answers_what_the_function_returned(self):
        answer = self.start().ask(request('{"echo": 1}'), 10)
        self.assertEqual(answer, {"result": '{"echo":1,"request":"r-1","left":true}'})

    def test_answers_a_thrown_error_by_name_and_lives_on(self):
        process = self.start()
        error = process.ask(request('{"fail": "no"}'), 10)["error"]
        self.assertEqual((error["errorType"], error["errorMessage"]), ("TypeError", "no"))
        self.assertIn('"echo":2', process.ask(request('{"echo": 2}'), 10)["result"])

    def test_carries_payloads_larger_than_a_pipe(self):
        text = "x" * 1_000_000
        answer = self.start().ask(request(f'{{"echo": "{text}"}}'), 20)
        self.assertIn(text, answer["result"])

    def test_has_the_whole_log_of_an_invocation_and_none_of_the_one_before(self):
        process = self.start()
        process.ask(request('{"say": "first"}'), 10)
        self.assertIn("\tr-1\tINFO\tfirst", process.log())
        process.ask(request('{"say": "second"}', "r-2"), 10)
        self.assertNotIn("first", process.log())
        self.assertIn("\tr-2\tINFO\tsecond", process.log())

    def test_says_that_a_process_left(self):
        process = self.start()
        answer = process.ask(request('{"leave": true}'), 10)
        self.assertEqual(answer["error"]["errorType"], "Runtime.ExitError")
        process._process.wait(10)
        self.assertTrue(process.has_ended)

    def test_gives_up_after_the_time_out(self):
        with self.assertRaises(queue.Empty):
            self.start().ask(request('{"hang": true}'), 0.2)

    def test_refuses_a_function_that_cannot_be_loaded(self):
        for code, handler, kind in [
            ("throw new RangeError('broken')", "index.handler", "RangeError"),
            (FUNCTION, "index.other", "Runtime.HandlerNotFound"),
            (FUNCTION, "missing.handler", "Runtime.ImportModuleError"),
        ]:
            with self.subTest(kind), self.assertRaises(InitFailed) as raised:
                self.start(code, handler)
            self.assertEqual(raised.exception.error["errorType"], kind)


if __name__ == "__main__":
    unittest.main()
