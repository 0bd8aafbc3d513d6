"""The AWS CLI walks through every operation, and the state outlives a restart."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import rotation_function
from awscli.clidriver import create_clidriver
from service import POLICY, ROTATE, SETUP, Service
from walked import Walked

walked = Walked()


def setUpModule():
    global folder, data, server, service
    folder = tempfile.TemporaryDirectory()
    data = Path(folder.name, "state.json")
    server = rotation_function.serve(rotation_function.handler)
    os.environ.update({"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": ""})
    start()


def start():
    global service
    url = f"rotate-python=http://127.0.0.1:{server.server_port}"
    service = Service("--calm", "--data", str(data), "--setup", SETUP, "--function", url)
    os.environ.update(service.environment)


def tearDownModule():
    service.kill()
    server.shutdown()
    server.server_close()
    folder.cleanup()


def aws(service_name, operation, *words):
    """What the CLI prints, read as JSON. It runs in this process, since it takes longer to start than to answer."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = create_clidriver().main([service_name, operation, *words, "--output", "json"])
    if status != 0:
        raise AssertionError(f"{status}: {err.getvalue()}")
    walked.note(service_name, operation)
    return json.loads(out.getvalue()) if out.getvalue().strip() else None


def secrets(operation, *words):
    return aws("secretsmanager", operation, *words)


def made(value="one", *words):
    """The name of a new secret."""
    name = f"cli/{uuid.uuid4()}"
    created = secrets("create-secret", "--name", name, "--secret-string", value, *words)
    return name, created


def value_of(name, *words):
    return secrets("get-secret-value", "--secret-id", name, *words)["SecretString"]


class Walk(unittest.TestCase):
    def test_the_command_itself_reads_a_value(self):
        name, created = made()
        command = [sys.executable, "-m", "awscli", "secretsmanager", "get-secret-value", "--secret-id", name]
        done = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        read = json.loads(done.stdout)
        self.assertEqual((read["SecretString"], read["VersionId"]), ("one", created["VersionId"]))

    def test_a_value_is_stored_labelled_and_replaced(self):
        name, created = made()
        put = secrets("put-secret-value", "--secret-id", name, "--secret-string", "two")
        self.assertEqual(put["VersionStages"], ["AWSCURRENT"])
        self.assertEqual(value_of(name), "two")
        moves = ["--move-to-version-id", created["VersionId"], "--remove-from-version-id", put["VersionId"]]
        moved = secrets("update-secret-version-stage", "--secret-id", name, "--version-stage", "AWSCURRENT", *moves)
        self.assertEqual((moved["Name"], value_of(name)), (name, "one"))
        updated = secrets("update-secret", "--secret-id", name, "--secret-string", "three", "--description", "a third")
        described = secrets("describe-secret", "--secret-id", name)
        self.assertEqual(described["Description"], "a third")
        self.assertEqual(described["VersionIdsToStages"][updated["VersionId"]], ["AWSCURRENT"])
        listed = secrets("list-secret-version-ids", "--secret-id", name, "--include-deprecated")["Versions"]
        ids = {created["VersionId"], put["VersionId"], updated["VersionId"]}
        self.assertEqual({one["VersionId"] for one in listed}, ids)

    def test_secrets_are_listed_page_by_page_and_read_in_one_call(self):
        names = sorted(made(value)[0] for value in ("a", "b", "c"))
        listed = secrets("list-secrets", "--filters", f"Key=name,Values={','.join(names)}", "--page-size", "2")
        self.assertEqual(sorted(one["Name"] for one in listed["SecretList"]), names)
        read = secrets("batch-get-secret-value", "--secret-id-list", *names, "cli/absent")
        self.assertEqual({one["SecretString"] for one in read["SecretValues"]}, {"a", "b", "c"})
        self.assertEqual([one["ErrorCode"] for one in read["Errors"]], ["ResourceNotFoundException"])

    def test_tags_are_put_on_and_taken_off(self):
        name, _ = made()
        self.assertIsNone(secrets("tag-resource", "--secret-id", name, "--tags", "Key=team,Value=blue", "Key=a,Value=b"))
        self.assertIsNone(secrets("untag-resource", "--secret-id", name, "--tag-keys", "a"))
        tags = secrets("describe-secret", "--secret-id", name)["Tags"]
        self.assertEqual(tags, [{"Key": "team", "Value": "blue"}])

    def test_a_deleted_secret_comes_back(self):
        name, _ = made()
        deleted = secrets("delete-secret", "--secret-id", name, "--recovery-window-in-days", "7")
        self.assertIn("DeletionDate", deleted)
        with self.assertRaisesRegex(AssertionError, r"\(InvalidRequestException\) when calling the GetSecretValue"):
            value_of(name)
        self.assertEqual(secrets("restore-secret", "--secret-id", name)["Name"], name)
        self.assertEqual(value_of(name), "one")

    def test_a_resource_policy_is_checked_stored_and_deleted(self):
        name, _ = made()
        checked = secrets("validate-resource-policy", "--resource-policy", POLICY)
        self.assertEqual(checked, {"PolicyValidationPassed": True, "ValidationErrors": []})
        self.assertEqual(secrets("put-resource-policy", "--secret-id", name, "--resource-policy", POLICY)["Name"], name)
        stored = secrets("get-resource-policy", "--secret-id", name)["ResourcePolicy"]
        self.assertEqual(json.loads(stored), json.loads(POLICY))
        self.assertEqual(secrets("delete-resource-policy", "--secret-id", name)["Name"], name)
        self.assertNotIn("ResourcePolicy", secrets("get-resource-policy", "--secret-id", name))

    def test_a_replica_follows_leaves_and_is_promoted(self):
        name, _ = made()
        there = ["--region", "us-east-1"]
        replicated = secrets("replicate-secret-to-regions", "--secret-id", name, "--add-replica-regions", "Region=us-east-1")
        self.assertEqual([one["Region"] for one in replicated["ReplicationStatus"]], ["us-east-1"])
        self.assertEqual(value_of(name, *there), "one")
        promoted = secrets("stop-replication-to-replica", "--secret-id", name, *there)
        self.assertIn(":us-east-1:", promoted["ARN"])
        secrets("put-secret-value", "--secret-id", name, "--secret-string", "its own", *there)
        self.assertEqual((value_of(name), value_of(name, *there)), ("one", "its own"))
        other, _ = made("two", "--add-replica-regions", "Region=us-east-1")
        removed = secrets(
            "remove-regions-from-replication", "--secret-id", other, "--remove-replica-regions", "us-east-1"
        )
        self.assertEqual(removed["ReplicationStatus"], [])

    def test_a_password_is_drawn(self):
        drawn = secrets("get-random-password", "--password-length", "40", "--exclude-punctuation")["RandomPassword"]
        self.assertRegex(drawn, r"^[A-Za-z0-9]{40}$")

    def test_a_rotation_that_was_switched_off_is_told(self):
        username, version = rotated_user()
        self.assertNotEqual(version, "")
        cancelled = secrets("cancel-rotate-secret", "--secret-id", username)
        self.assertEqual(cancelled["Name"], username)
        self.assertFalse(secrets("describe-secret", "--secret-id", username)["RotationEnabled"])

    def test_a_refusal_is_shown_as_the_cli_shows_those_of_aws(self):
        with self.assertRaisesRegex(AssertionError, r"\(ResourceNotFoundException\) when calling the GetSecretValue"):
            value_of("cli/absent")


class Beside(unittest.TestCase):
    """What is served beside Secrets Manager."""

    def test_lambda_invokes(self):
        out = Path(folder.name, "out.json")
        answered = aws("lambda", "invoke", "--function-name", "rotate-python", "--payload", "{}", str(out))
        self.assertEqual((answered["StatusCode"], answered["FunctionError"]), (200, "Unhandled"))
        self.assertEqual(json.loads(out.read_text())["errorType"], "KeyError")

    def test_sts_answers_and_gives_a_session(self):
        self.assertEqual(aws("sts", "get-caller-identity")["Account"], "111122223333")
        role = "arn:aws:iam::111122223333:role/hub"
        assumed = aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "cli")
        self.assertEqual(assumed["AssumedRoleUser"]["Arn"], "arn:aws:sts::111122223333:assumed-role/hub/cli")
        target = "arn:aws:iam::444455556666:role/rotation-target"
        with self.assertRaisesRegex(AssertionError, r"\(AccessDenied\) when calling the AssumeRole"):
            aws("sts", "assume-role", "--role-arn", target, "--role-session-name", "cli", "--external-id", "agreed")

    def test_a_schedule_is_made_read_changed_listed_and_deleted(self):
        tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("at(%Y-%m-%dT%H:%M:%S)")
        target = json.dumps({"Arn": ROTATE, "RoleArn": "arn:aws:iam::111122223333:role/scheduler"})
        wanted = ["--name", "cli", "--schedule-expression", tomorrow, "--flexible-time-window", "Mode=OFF"]
        created = aws("scheduler", "create-schedule", *wanted, "--target", target)
        self.assertEqual(created["ScheduleArn"], "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/cli")
        self.assertEqual(aws("scheduler", "get-schedule", "--name", "cli")["ScheduleExpression"], tomorrow)
        updated = aws("scheduler", "update-schedule", *wanted, "--target", target, "--state", "DISABLED")
        self.assertEqual(updated, created)
        listed = aws("scheduler", "list-schedules")["Schedules"]
        self.assertEqual([(one["Name"], one["State"]) for one in listed], [("cli", "DISABLED")])
        self.assertIsNone(aws("scheduler", "delete-schedule", "--name", "cli"))
        self.assertEqual(aws("scheduler", "list-schedules")["Schedules"], [])


def rotated_user():
    """The name of a secret after its first rotation, and the version that this made."""
    name = f"cli/{uuid.uuid4()}"
    rotation_function.directory[name] = "first"
    secrets("create-secret", "--name", name, "--secret-string", json.dumps({"username": name, "password": "first"}))
    return name, rotated(name, "--rotation-lambda-arn", ROTATE)


def rotated(name, *words):
    """Rotates, waits until that is over, and answers the version."""
    version = secrets("rotate-secret", "--secret-id", name, *words)["VersionId"]
    for _ in range(100):
        stages = secrets("describe-secret", "--secret-id", name)["VersionIdsToStages"].get(version, [])
        if "AWSCURRENT" in stages:
            return version
    raise AssertionError("the rotation did not end")


class Kept(unittest.TestCase):
    """What is there after the service was started again."""

    def test_a_rotated_secret_outlives_a_restart_and_rotates_on(self):
        name, _ = rotated_user()
        before = secrets("list-secret-version-ids", "--secret-id", name)
        self.assertEqual(service.stop(), 0)
        self.assertEqual(data.stat().st_mode & 0o777, 0o600)
        start()
        self.assertEqual(secrets("list-secret-version-ids", "--secret-id", name), before)
        rotated(name)
        self.assertEqual(rotation_function.directory[name], json.loads(value_of(name))["password"])
        self.assertNotEqual(rotation_function.directory[name], "first")

    def test_what_was_answered_is_there_after_the_process_was_killed(self):
        name, _ = made()
        secrets("put-secret-value", "--secret-id", name, "--secret-string", "last words")
        service.kill()
        start()
        self.assertEqual(value_of(name), "last words")


class Whole(unittest.TestCase):
    """Runs last, by its name."""

    def test_every_operation_was_called_and_went_well(self):
        self.assertEqual(walked.missing(), [])


if __name__ == "__main__":
    unittest.main()
