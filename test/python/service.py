"""`quarterturn local` as its users start it."""

import json
import os
import re
import subprocess
import threading
from pathlib import Path

import rotation_function

ROTATE = "arn:aws:lambda:eu-west-1:111122223333:function:rotate-python"
SETUP = str(Path(rotation_function.__file__).with_name("setup.json"))
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
)


class Service:
    def __init__(self, *options):
        command = [os.environ["NODE"], os.environ["LOCAL_COMMAND"], "local", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.environment = {}
        for line in self.process.stdout:
            self.lines.append(line)
            exported = re.match(r"export (\w+)=(.*)", line)
            if exported:
                self.environment[exported[1]] = exported[2]
            if line.startswith("Ready."):
                break
        else:
            raise RuntimeError("it did not get ready: " + "".join(self.lines))
        self.reading = threading.Thread(target=self._read, daemon=True)
        self.reading.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def stop(self):
        """Ends it as Ctrl-C does; answers its exit status."""
        self.process.send_signal(2)
        try:
            return self.process.wait(20)
        finally:
            self.kill()

    def kill(self):
        """Ends it as a crash does; nothing happens when it has ended."""
        self.process.kill()
        self.process.wait()
        self.reading.join()
        self.process.stdout.close()
