"""A server that is not what it says, for the command line to see through: false_server.py KIND, one of

    digest   the audio is not what the job's digest says
    stem     the job has a stem whose name leads out of the folder
    busy     the queue is full, and full again
    text     it speaks no JSON

Prints its address."""
import hashlib
import http.server
import json
import sys

KIND = sys.argv[1]
AUDIO = b"RIFF, or so they say"


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        if KIND == "busy":
            self.answer(503, b'{"code": "busy", "detail": "the queue is full"}', Retry_After="0")
        elif KIND == "text":
            self.answer(202, b"It works!")
        else:
            self.answer(201, json.dumps(job()).encode())

    def do_GET(self):
        self.answer(200, AUDIO)

    def log_message(self, *_):
        pass


def job():
    digest = hashlib.sha256(AUDIO if KIND == "stem" else b"other").hexdigest()
    stem = {"name": "../../stolen", "sha256": digest, "bytes": len(AUDIO)}
    return {"id": "job_1", "state": "succeeded", "progress": {"frames_done": 1, "frames_total": 1},
            "result": {"frames": 1, "bytes": len(AUDIO), "sha256": digest, "stems": [stem] if KIND == "stem" else []}}


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
