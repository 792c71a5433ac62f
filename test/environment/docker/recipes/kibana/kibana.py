#!/usr/bin/env python3
"""Answers as Kibana does to what a deployment asks of it: whether it is ready, and its API of data views."""
import argparse, base64, json, os, signal, sys, threading, time, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
with open(parser.parse_args().config) as file:
    config = yaml.safe_load(file)
for key in ("encryptedSavedObjects", "reporting", "security"):
    if len(config[f"xpack.{key}.encryptionKey"]) < 32:
        sys.exit(f"xpack.{key}.encryptionKey has to have at least 32 characters")
elasticsearch = config["elasticsearch.hosts"][0]
has_users = "elasticsearch.username" in config
views = {}
ready = threading.Event()


def may_enter(authorization):
    """Whether Elasticsearch knows who asks; without security everybody may."""
    headers = {} if authorization is None else {"authorization": authorization}
    path = "/_security/_authenticate" if has_users else "/_cluster/health"
    try:
        with urllib.request.urlopen(urllib.request.Request(elasticsearch + path, headers=headers), timeout=10) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return False


def own_authorization():
    if not has_users:
        return None
    word = f"{config['elasticsearch.username']}:{config['elasticsearch.password']}"
    return "Basic " + base64.b64encode(word.encode()).decode()


def connect():
    while not ready.is_set():
        try:
            if may_enter(own_authorization()):
                ready.set()
                return
            print("Elasticsearch does not know the user of Kibana", flush=True)
        except OSError as error:
            print(f"Elasticsearch does not answer: {error}", flush=True)
        time.sleep(0.5)


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle_request(self):
        if not ready.is_set():
            return self.answer(503, "Kibana server is not ready yet")
        if self.path == "/":
            return self.answer(302, {})
        if not may_enter(self.headers["authorization"]):
            return self.answer(401, {"statusCode": 401, "message": "Unauthorized"})
        name = self.path.removeprefix("/api/data_views/data_view")
        if self.command == "GET":
            view = views.get(name[1:])
            return self.answer(200, {"data_view": view}) if view else self.answer(404, {"message": "Not found"})
        if self.headers["kbn-xsrf"] is None:
            return self.answer(400, {"message": "Request must contain a kbn-xsrf header."})
        view = json.loads(self.rfile.read(int(self.headers["content-length"])))["data_view"]
        if view["id"] in views:
            return self.answer(400, {"message": f"Duplicate data view: {view['id']}"})
        views[view["id"]] = view
        return self.answer(200, {"data_view": view})

    do_GET = do_POST = handle_request

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
threading.Thread(target=connect, daemon=True).start()
ThreadingHTTPServer((config["server.host"], 5601), Handler).serve_forever()
