"""Names of tools and prompts as labels of metrics.

A label must never be the client's to choose: each new value is a new time series, kept until the process ends.
"""

UNKNOWN = "unknown"
NONE = "-"
OTHER = "other"
METHOD_NOT_FOUND = "-32601"
MAX_LABELS = 200
# Names that are remembered of each kind, in case that a server makes up new ones all the time.
MAX_KNOWN = 2000

# Method whose request names something -> what it names, and the key of a list of them.
NAMING = {"tools/call": ("tool", "tools"), "prompts/get": ("prompt", "prompts")}
# Method that lists what there is -> the one whose requests name it.
LISTING = {"tools/list": "tools/call", "prompts/list": "prompts/get"}


class Endpoints:
    """Tells the names that the server has from those that clients made up."""

    def __init__(self):
        self._known = {method: set() for method in NAMING}
        self._has_listed = set()
        self._labels = set()

    def learn(self, lister, result):
        """Take the names from a list that the server gives to a client."""
        method = LISTING[lister]
        _, key = NAMING[method]
        items = result.get(key) if isinstance(result, dict) else getattr(result, key, None)
        known = self._known[method]
        if len(known) < MAX_KNOWN:
            known.update([item["name"] if isinstance(item, dict) else item.name for item in items or ()])
        self._has_listed.add(method)

    def name(self, method, name, failure=None):
        """The name if the server has it, else "unknown"; "-" for requests that name nothing."""
        known = self._known.get(method)
        if known is None:
            return NONE
        if not isinstance(name, str):
            return UNKNOWN
        if name in known:
            return name
        if failure is None:
            if len(known) < MAX_KNOWN:
                known.add(name)
            return name
        what, _ = NAMING[method]
        # The frameworks answer with one of these texts.
        is_told = failure.text in (f"Unknown {what}: {name}", f"Unknown {what}: {name!r}")
        if is_told or failure.kind == METHOD_NOT_FOUND or method in self._has_listed or not failure.names_are_told:
            return UNKNOWN
        return name

    def label(self, name):
        """The name, or "other" once there are enough of them."""
        if name not in self._labels and name not in (NONE, UNKNOWN):
            if len(self._labels) >= MAX_LABELS:
                return OTHER
            self._labels.add(name)
        return name
