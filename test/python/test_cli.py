"""The AWS CLI walks through the main operations, and the state outlives a restart."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import rotation_function
from service import Service

ROTATE = "arn:aws:lambda:eu-west-1:111122223333:function:rotate-python"


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = Path(cls.folder.name, "state.json")
        cls.server = rotation_function.serve(rotation_function.handler)
        cls.start()

    @classmethod
    def start(cls):
        url = f"rotate-python=http://127.0.0.1:{cls.server.server_port}"
        cls.service = Service("--calm", "--data", str(cls.data), "--function", url)
        os.environ.update(cls.service.environment)

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.server.shutdown()
        cls.server.server_close()
        cls.folder.cleanup()

    def aws(self, *words):
        command = [sys.executable, "-m", "awscli", *words, "--output", "json"]
        env = {**os.environ, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def secrets(self, operation, *words):
        return self.aws("secretsmanager", operation, *words)

    def test_1_a_secret_is_made_read_labelled_and_listed(self):
        made = self.secrets("create-secret", "--name", "cli/db", "--secret-string", "one")
        put = self.secrets("put-secret-value", "--secret-id", "cli/db", "--secret-string", "two")
        self.assertEqual(self.secrets("get-secret-value", "--secret-id", "cli/db")["SecretString"], "two")
        moves = ["--move-to-version-id", made["VersionId"], "--remove-from-version-id", put["VersionId"]]
        self.secrets("update-secret-version-stage", "--secret-id", "cli/db", "--version-stage", "AWSCURRENT", *moves)
        self.assertEqual(self.secrets("get-secret-value", "--secret-id", "cli/db")["SecretString"], "one")
        self.secrets("tag-resource", "--secret-id", "cli/db", "--tags", "Key=team,Value=blue")
        self.assertEqual(self.secrets("describe-secret", "--secret-id", "cli/db")["Tags"][0]["Value"], "blue")
        self.assertEqual([one["Name"] for one in self.secrets("list-secrets")["SecretList"]], ["cli/db"])

    def test_2_a_secret_is_rotated(self):
        rotation_function.directory["cli"] = "first"
        value = json.dumps({"username": "cli", "password": "first"})
        self.secrets("create-secret", "--name", "cli/user", "--secret-string", value)
        current = self.rotated("--rotation-lambda-arn", ROTATE)
        self.assertEqual(rotation_function.directory["cli"], current["password"])
        self.assertNotEqual(current["password"], "first")

    def rotated(self, *words):
        """Rotates, waits until that is over, and answers the current value."""
        version = self.secrets("rotate-secret", "--secret-id", "cli/user", *words)["VersionId"]
        for _ in range(30):
            read = self.secrets("get-secret-value", "--secret-id", "cli/user")
            if read["VersionId"] == version:
                return json.loads(read["SecretString"])
        self.fail("the rotation did not end")

    def test_3_what_was_stored_is_there_after_a_restart(self):
        before = self.secrets("list-secret-version-ids", "--secret-id", "cli/user")
        self.assertEqual(self.service.stop(), 0)
        self.assertEqual(self.data.stat().st_mode & 0o777, 0o600)
        self.start()
        self.assertEqual(self.secrets("list-secret-version-ids", "--secret-id", "cli/user"), before)
        current = self.rotated()
        self.assertEqual(rotation_function.directory["cli"], current["password"])

    def test_4_what_was_stored_is_there_after_the_process_was_killed(self):
        self.secrets("put-secret-value", "--secret-id", "cli/db", "--secret-string", "last words")
        self.service.kill()
        self.start()
        self.assertEqual(self.secrets("get-secret-value", "--secret-id", "cli/db")["SecretString"], "last words")

    def test_5_a_refusal_is_shown_as_the_cli_shows_those_of_aws(self):
        with self.assertRaisesRegex(AssertionError, r"\(ResourceNotFoundException\) when calling the GetSecretValue"):
            self.secrets("get-secret-value", "--secret-id", "cli/absent")

    def test_6_a_secret_is_deleted_and_restored(self):
        self.secrets("delete-secret", "--secret-id", "cli/db", "--recovery-window-in-days", "7")
        self.secrets("restore-secret", "--secret-id", "cli/db")
        self.assertEqual(self.secrets("get-secret-value", "--secret-id", "cli/db")["SecretString"], "last words")

    def test_7_lambda_invokes_and_sts_answers(self):
        out = Path(self.folder.name, "out.json")
        answered = self.aws("lambda", "invoke", "--function-name", "rotate-python", "--payload", "{}", str(out))
        self.assertEqual(answered["FunctionError"], "Unhandled")
        self.assertEqual(self.aws("sts", "get-caller-identity")["Account"], "111122223333")


if __name__ == "__main__":
    unittest.main()
