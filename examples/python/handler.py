"""Reads a secret with Python's standard library alone."""

import json
import os
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PORT = os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773")


def handler(event, context):
    return {"username": json.loads(read_secret("prod/db"))["username"], "order": event["order"]}


def read_secret(secret_id):
    url = f"http://localhost:{PORT}/secretsmanager/get?" + urlencode({"secretId": secret_id})
    token = os.environ.get("AWS_SESSION_TOKEN") or os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]  # with SnapStart
    headers = {"X-Aws-Parameters-Secrets-Token": token}
    with urlopen(Request(url, headers=headers)) as response:
        return json.load(response)["SecretString"]
