"""A runtime for `lambda-node-extended dev --runtime-command "python3 bootstrap.py"`. On Lambda, AWS's own runtime takes its place."""

import importlib
import json
import os
import sys
from urllib.request import Request, urlopen

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
module, function = os.environ["_HANDLER"].rsplit(".", 1)
handler = getattr(importlib.import_module(module), function)


def answer(path, body):
    urlopen(Request(f"{API}/{path}", data=json.dumps(body).encode(), method="POST")).close()


while True:
    with urlopen(f"{API}/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    try:
        answer(f"{request_id}/response", handler(event, None))
    except Exception as error:
        answer(f"{request_id}/error", {"errorType": type(error).__name__, "errorMessage": str(error)})
