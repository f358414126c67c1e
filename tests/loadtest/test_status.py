import http.server
import json
import threading

import pytest

from rallypoint_loadtest.status import flatten, read_status

SAID = {
    "uptime_s": 1.5,
    "ready": True,
    "durability": "off",
    "sessions": {"running": 3, "failed": 0},
    "tick_late_ms": {"p50": 0.5, "p99": 3.2, "p99.9": 4.0, "max": 9.1, "count": 1200},
    "cpu_s": 12.25,
}


@pytest.fixture
def serve():
    """Serves a body at /status.json; gives the URL."""
    servers = []

    def start(body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.path == "/status.json" else 404)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_numbers_get_flat_names_and_the_rest_is_left_out():
    assert flatten(SAID) == {
        "uptime_s": 1.5,
        "sessions_running": 3,
        "sessions_failed": 0,
        "tick_late_p50_ms": 0.5,
        "tick_late_p99_ms": 3.2,
        "tick_late_p99_9_ms": 4.0,
        "tick_late_max_ms": 9.1,
        "tick_late_samples": 1200,
        "cpu_s": 12.25,
    }


async def test_a_server_is_asked_for_its_figures(serve):
    status = await read_status(serve(json.dumps(SAID).encode()))
    assert status is not None
    assert status.figures["cpu_s"] == 12.25


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1, 2]", b'"text"'])
async def test_an_answer_that_is_no_status_is_none(serve, body):
    assert await read_status(serve(body)) is None


async def test_nobody_there_is_no_status():
    assert await read_status("http://127.0.0.1:1") is None
