"""The program every supervisor of the bench runs: child.py NAME BEHAVIOUR PORT.

serve: answers GET /health and prints a line a second, as a bot does. crash: ends at once with 1.
stubborn: serves, ignores every polite signal, and has a child (behaviour grandchild) that does too.
Leaves a line with its pid in started/NAME and, once it listens, in ready/NAME beside itself.
"""
import os
import signal
import socket
import sys

NAME, BEHAVIOUR, PORT = sys.argv[1:4]
# gridd says which port it found free.
PORT = os.environ.get("WEB_PORT", PORT)
FOLDER = os.path.dirname(os.path.abspath(__file__))
BODY = b'{"status":"healthy"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(BODY), BODY)


def note(kind):
    with open(os.path.join(FOLDER, kind, NAME), "a") as file:
        file.write(f"{os.getpid()}\n")


def ignore_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def serve():
    listening = socket.socket()
    # A duplicate would live and trade: it must not be ended by a taken port here.
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        listening.setsockopt(socket.SOL_SOCKET, option, 1)
    listening.bind(("127.0.0.1", int(PORT)))
    listening.listen()
    listening.settimeout(1)
    note("ready")
    while True:
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            print("tick", flush=True)
            continue
        with connection:
            connection.recv(4096)
            connection.sendall(ANSWER)


if BEHAVIOUR == "grandchild":
    ignore_signals()
    while True:
        signal.pause()
note("started")
if BEHAVIOUR == "crash":
    sys.exit(1)
if BEHAVIOUR == "stubborn":
    ignore_signals()
    os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, __file__, NAME, "grandchild", PORT])
serve()
