"""A rotation function in Python over boto3, in the four steps that AWS documents, and a server that speaks Lambda's Invoke.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

#: The target: who may sign in with which password.
directory = {}


def handler(event, client=None):
    client = client or boto3.client("secretsmanager")
    secret, token = event["SecretId"], event["ClientRequestToken"]
    stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"].get(token, [])
    if "AWSCURRENT" in stages:
        return
    if "AWSPENDING" not in stages:
        raise ValueError(f"version {token} is not pending")
    STEPS[event["Step"]](client, secret, token, event)


def create_secret(client, secret, token, event):
    current = value_of(client, secret, VersionStage="AWSCURRENT")
    try:
        value_of(client, secret, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        password = client.get_random_password(PasswordLength=24)["RandomPassword"]
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=json.dumps({**current, "password": password}),
            VersionStages=["AWSPENDING"],
            RotationToken=event["RotationToken"],
        )


def set_secret(client, secret, token, _event):
    pending = value_of(client, secret, VersionId=token, VersionStage="AWSPENDING")
    if signs_in(pending):
        return
    current = value_of(client, secret, VersionStage="AWSCURRENT")
    if current["username"] != pending["username"] or not signs_in(current):
        raise ValueError("the current credential does not sign in")
    directory[pending["username"]] = pending["password"]


def test_secret(client, secret, token, _event):
    if not signs_in(value_of(client, secret, VersionId=token, VersionStage="AWSPENDING")):
        raise ValueError("the new credential does not sign in")


def finish_secret(client, secret, token, _event):
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
    client.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )


STEPS = {
    "createSecret": create_secret,
    "setSecret": set_secret,
    "testSecret": test_secret,
    "finishSecret": finish_secret,
}


def value_of(client, secret, **which):
    return json.loads(client.get_secret_value(SecretId=secret, **which)["SecretString"])


def signs_in(value):
    return directory.get(value["username"]) == value["password"]


class Invocations(BaseHTTPRequestHandler):
    """POST /2015-03-31/functions/NAME/invocations; what the function raises is told as Lambda tells it."""

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            answer, headers = self.server.function(event), {}
        except Exception as error:  # Whatever it is, Lambda answers for it.
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
            headers = {"X-Amz-Function-Error": "Unhandled"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(function):
    """Serves the function on a free port of this machine; answers the server, whose `shutdown` ends it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Invocations)
    server.function = function
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
