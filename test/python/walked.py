"""Which operations of the service were walked through, against the service's own list of what it answers."""

import json
import os

from botocore import xform_name

#: Service to the names of its operations, as the sources of the service list them.
SERVED = {service: set(names) for service, names in json.loads(os.environ["LOCAL_OPERATIONS"]).items()}


class Walked:
    def __init__(self):
        self._called = {service: set() for service in SERVED}

    def note(self, service, operation):
        """An operation that went well; by its name, or as a word of the AWS CLI."""
        known = {xform_name(name, "-"): name for name in SERVED[service]}
        self._called[service].add(known.get(operation, operation))

    def missing(self):
        """What nobody called, as `service Operation`."""
        return [
            f"{service} {name}"
            for service, names in SERVED.items()
            for name in sorted(names - self._called[service])
        ]
