#!/usr/bin/env python3
"""Runs a Logstash pipeline of one http input, filters split, json and mutate, and one elasticsearch output.

What it does not know it refuses, so that a pipeline with a new plugin or option is not tested without notice.
"""
import argparse, base64, datetime, json, os, pathlib, re, signal, sys, threading, time, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml
from logstash_pipeline_parser import Pipeline

KNOWN = {
    "http": {"id", "host", "port", "user", "password", "codec", "ecs_compatibility"},
    "split": {"field"},
    "json": {"source"},
    "mutate": {"rename", "remove_field", "add_field"},
    "elasticsearch": {"hosts", "user", "password", "index", "document_id", "action", "manage_template", "ilm_enabled",
                      "data_stream", "ecs_compatibility"},
}


def say(text):
    print(text, flush=True)


def options(name, parsed):
    """Options of a plugin by their names, variables filled in."""
    known = KNOWN.get(name)
    if known is None:
        sys.exit(f"there is no plugin {name} here")
    given = {key: value[0] for key, value in parsed}
    unknown = set(given) - known
    if unknown:
        sys.exit(f"plugin {name} has no option {', '.join(sorted(unknown))} here")
    return {key: with_variables(value) for key, value in given.items()}


def with_variables(value):
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: os.environ[found[1]], value)
    return value


def path_of(reference):
    return re.findall(r"\[([^\]]+)\]", reference) if reference.startswith("[") else [reference]


def get(event, reference):
    for key in path_of(reference):
        event = event.get(key) if isinstance(event, dict) else None
    return event


def put(event, reference, value):
    *folders, last = path_of(reference)
    for key in folders:
        event = event.setdefault(key, {})
    event[last] = value


def take(event, reference):
    *folders, last = path_of(reference)
    for key in folders:
        event = event.get(key, {}) if isinstance(event, dict) else {}
    return event.pop(last, None) if isinstance(event, dict) else None


def split(events, given):
    for event in events:
        values = get(event, given["field"])
        if not isinstance(values, list):
            say(f"split: {given['field']} is no list")
            yield event
            continue
        put(event, given["field"], None)
        rest = json.dumps(event)
        for value in values:
            copy = json.loads(rest)
            put(copy, given["field"], value)
            yield copy


def parse_json(events, given):
    for event in events:
        try:
            event.update(json.loads(get(event, given["source"])))
        except (TypeError, ValueError):
            event.setdefault("tags", []).append("_jsonparsefailure")
        yield event


def mutate(events, given):
    for event in events:
        for source, (target,) in given.get("rename", []):
            value = take(event, source)
            if value is not None:
                put(event, target, value)
        for name, (value,) in given.get("add_field", []):
            put(event, name, value)
        for name in given.get("remove_field", []):
            take(event, name)
        yield event


FILTERS = {"split": split, "json": parse_json, "mutate": mutate}


def filled(text, event):
    """What `%{...}` in a text stands for: a field, or the time of the event."""
    def one(found):
        name = found[1]
        if name.startswith("+"):
            moment = datetime.datetime.fromisoformat(event["@timestamp"][:19])
            return moment.strftime(name[1:].replace("YYYY", "%Y").replace("MM", "%m").replace("dd", "%d"))
        value = get(event, name)
        return found[0] if value is None else str(value)
    return re.sub(r"%\{([^}]+)\}", one, text)


class Elasticsearch:
    def __init__(self, given):
        self.given = given
        self.headers = {"content-type": "application/x-ndjson"}
        if "user" in given:
            word = base64.b64encode(f"{given['user']}:{given['password']}".encode()).decode()
            self.headers["authorization"] = f"Basic {word}"

    def write(self, events):
        """Until Elasticsearch has them; a document that it refuses for ever is told of and left out."""
        while events:
            try:
                events = self.attempt(events)
            except (OSError, urllib.error.URLError) as error:
                say(f"elasticsearch: {error}; again")
            if events:
                time.sleep(0.5)

    def attempt(self, events):
        lines = []
        for event in events:
            target = {"_index": filled(self.given["index"], event), "_id": filled(self.given["document_id"], event)}
            lines += [{self.given["action"]: target}, {key: value for key, value in event.items() if key != "@metadata"}]
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        request = urllib.request.Request(f"{self.given['hosts'][0]}/_bulk", body, self.headers, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            results = json.load(answer)["items"]
        again = []
        for event, result in zip(events, results):
            (outcome,) = result.values()
            if outcome["status"] in (429, 503):
                again.append(event)
            elif outcome["status"] >= 300:
                say(f"elasticsearch: refused {outcome}")
        return again


class Queue:
    """What was taken stands in a file each until it is written: `queue.type: persisted`."""

    def __init__(self, folder, limit):
        self.folder = pathlib.Path(folder, "queue")
        self.folder.mkdir(exist_ok=True)
        self.limit = limit
        self.lock = threading.Lock()
        self.next = max((int(file.stem) for file in self.files()), default=0) + 1

    def files(self):
        return sorted(self.folder.glob("*.json"), key=lambda file: int(file.stem))

    def add(self, body):
        with self.lock:
            if sum(file.stat().st_size for file in self.files()) + len(body) > self.limit:
                return False
            part = self.folder / f"{self.next}.part"
            with open(part, "wb") as file:
                file.write(body)
                os.fsync(file.fileno())
            part.rename(part.with_suffix(".json"))
            self.next += 1
            return True


def main():
    parser = argparse.ArgumentParser()
    for name in ("--path.settings", "--path.data", "-f"):
        parser.add_argument(name, required=True)
    args = vars(parser.parse_args())
    settings = yaml.safe_load(pathlib.Path(args["path.settings"], "logstash.yml").read_text())
    if settings.get("queue.type") != "persisted":
        sys.exit("only a persisted queue is known here")
    size, unit = re.fullmatch(r"(\d+)(mb|gb)", settings["queue.max_bytes"]).groups()
    queue = Queue(args["path.data"], int(size) * 1024 ** {"mb": 2, "gb": 3}[unit])
    sections = {name: plugins for name, plugins in Pipeline(pathlib.Path(args["f"]).read_text()).parse()}
    filters = [(FILTERS[name], options(name, given)) for name, given in sections["filter"]]
    (input_name, input_given), = sections["input"]
    (output_name, output_given), = sections["output"]
    received, output = options(input_name, input_given), Elasticsearch(options(output_name, output_given))
    word = base64.b64encode(f"{received['user']}:{received['password']}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                if self.headers["authorization"] != f"Basic {word}":
                    return self.answer(401)
                event = {**json.loads(body), "headers": dict(self.headers.items()), "host": self.client_address[0]}
                self.answer(200 if queue.add(json.dumps(event).encode()) else 429)
            except ValueError:
                self.answer(500)

        def answer(self, status):
            self.send_response(status)
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    def work():
        while True:
            for file in queue.files():
                events = [json.loads(file.read_bytes())]
                for apply, given in filters:
                    events = list(apply(events, given))
                output.write(events)
                file.unlink()
            time.sleep(0.05)

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=work, daemon=True).start()
    ThreadingHTTPServer((str(received["host"]), received["port"]), Handler).serve_forever()


main()
