#!/usr/bin/env python3
"""How the crawler gets to a hub: addresses with passwords, proxies, certificates.

The hubs and proxies are small servers of this process on 127.0.0.1. Usage: hub_access_test.py BUILD_DIR
"""

import http.server
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev").resolve()
STEMMA = BUILD / "tools" / "stemma"
LISTING = json.dumps([{"_id": "621ffdc036468d709f174330", "id": "o/m"}]).encode()


def environment(**more):
    own = ("HF_", "STEMMA_", "CURL_", "SSL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own) and not k.lower().endswith("_proxy")}
    return kept | more


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / "data"

    def stemma(self, *arguments, **more):
        return subprocess.run([STEMMA, "--data", self.data, *map(str, arguments)], capture_output=True, text=True,
                              env=environment(**more), cwd=self.folder, timeout=120)

    def crawl(self, hub, *arguments, command="crawl", **more):
        """One attempt, so that a hub that cannot be reached is told at once."""
        return self.stemma(command, "--hub", hub, "--attempts", 1, *arguments, **more)


class HubAddress(Case):
    HUBS = ["http://me:pa55word@127.0.0.1:1", "https://pa55word@127.0.0.1:1/", "http://me:1/pa55word@127.0.0.1:1",
            "me:pa55word@127.0.0.1:1", "https://me:pa55word@127.0.0.1:1/?x", "http://127.0.0.1:1/?token=pa55word",
            "http://127.0.0.1:1/#pa55word"]

    def check_refused(self, done, names_variable=True):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertNotIn("pa55word", done.stdout + done.stderr)
        if names_variable:
            self.assertIn("HF_TOKEN", done.stderr)

    def test_a_password_in_it_is_refused_and_never_told(self):
        (self.folder / "stemma.toml").write_text("")
        for hub in self.HUBS:
            with self.subTest(hub=hub):
                named = "@" in hub
                self.check_refused(self.crawl(hub), named)
                self.check_refused(self.stemma("crawl", HF_ENDPOINT=hub), named)
                self.check_refused(self.crawl(hub, command="nightly"), named)
                (self.folder / "hub.toml").write_text(f'[crawl]\nhub = "{hub}"\n')
                self.check_refused(self.stemma("crawl", "--config", "hub.toml"), named)
        self.assertNotIn("pa55word", self.stemma("crawls").stdout)
        self.assertNotIn("pa55word", self.stemma("crawls", "--json").stdout)
        for file in self.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"pa55word", file.read_bytes(), file)

    def test_help_does_not_tell_it(self):
        for command in ("crawl", "nightly"):
            done = self.stemma(command, "--help", HF_ENDPOINT=self.HUBS[0])
            self.assertEqual(done.returncode, 0)
            self.assertNotIn("pa55word", done.stdout + done.stderr)


class Server:
    """A hub of one model, which as well answers for any other where it is asked as a proxy."""

    def __init__(self, certificate=None):
        requests = self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                requests.append((self.path, self.headers.get("Authorization")))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(LISTING)))
                self.end_headers()
                self.wfile.write(LISTING)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a client that refuses the certificate
        scheme = "http"
        if certificate:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Proxies(Case):
    def check_left_out(self, done, proxy, variable):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(proxy.requests)
        self.assertEqual({token for _, token in proxy.requests}, {None})
        self.assertEqual(done.stderr.count("token"), 1, done.stderr)
        self.assertIn(variable, done.stderr)
        self.assertNotIn("pa55word", done.stderr)
        self.assertNotIn("hf_secret", done.stderr)

    def test_a_token_does_not_go_to_a_proxy_in_the_clear(self):
        with Server() as proxy:
            named = proxy.url.replace("//", "//me:pa55word@")
            for variable in ("http_proxy", "all_proxy", "ALL_PROXY"):
                with self.subTest(variable=variable):
                    proxy.requests.clear()
                    done = self.crawl("http://hub.invalid", HF_TOKEN="hf_secret", **{variable: named})
                    self.check_left_out(done, proxy, variable)
                    self.assertTrue(proxy.requests[0][0].startswith("http://hub.invalid/api/models"))
            proxy.requests.clear()
            done = self.crawl(proxy.url, HF_TOKEN="hf_secret", http_proxy=named)
            self.check_left_out(done, proxy, "http_proxy")

    def test_a_hub_that_needs_no_proxy_gets_it(self):
        with Server() as hub:
            for more in ({}, {"no_proxy": "127.0.0.1"}, {"NO_PROXY": "localhost, 127.0.0.0/8"}, {"no_proxy": "*"}):
                with self.subTest(more=more):
                    hub.requests.clear()
                    proxies = {"http_proxy": "http://127.0.0.1:1"} if more else {"HTTP_PROXY": "http://127.0.0.1:1"}
                    done = self.crawl(hub.url, HF_TOKEN="hf_secret", **proxies, **more)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual({token for _, token in hub.requests}, {"Bearer hf_secret"})
                    self.assertNotIn("token", done.stderr)


@unittest.skipUnless(shutil.which("openssl"), "openssl makes the certificates")
class Certificates(Case):
    def setUp(self):
        super().setUp()
        self.good = self.certificate("good")
        self.other = self.certificate("other")

    def certificate(self, name):
        """A certificate signed by itself and its key, in one file."""
        file = self.folder / f"{name}.pem"
        key, shown = self.folder / "key.pem", self.folder / "shown.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", shown, "-days", "2",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        file.write_text(key.read_text() + shown.read_text())
        return file

    def test_who_says_which_are_trusted(self):
        good, other, none = str(self.good), str(self.other), str(self.folder / "none.pem")
        with Server(self.good) as hub:
            for flag, bundle, ssl_file, exit_code in [
                    (None, None, None, 1), (None, good, None, 0), (None, None, good, 0), (None, good, none, 0),
                    (None, other, good, 1), (good, other, other, 0), (good, none, none, 0), (other, good, good, 1),
                    (None, "", good, 0)]:
                with self.subTest(flag=flag, bundle=bundle, ssl_file=ssl_file):
                    given = {"CURL_CA_BUNDLE": bundle, "SSL_CERT_FILE": ssl_file}
                    done = self.crawl(hub.url, *(["--ca-file", flag] if flag else []),
                                      **{name: file for name, file in given.items() if file is not None})
                    self.assertEqual(done.returncode, exit_code, done.stderr)
                    if exit_code:
                        self.assertIn("certificate", done.stderr)

    def test_nightly_and_the_settings_file(self):
        with Server(self.good) as hub:
            self.assertEqual(self.crawl(hub.url, "--ca-file", self.good, command="nightly").returncode, 0)
            (self.folder / "stemma.toml").write_text('[crawl]\nca_file = "good.pem"\n')
            self.assertEqual(self.crawl(hub.url).returncode, 0)

    def test_a_file_that_cannot_be_used_is_told(self):
        (self.folder / "junk.pem").write_text("no certificate")
        with Server(self.good) as hub:
            for file in ("none.pem", "junk.pem", str(self.folder)):
                for by, flags, more in [("--ca-file", ["--ca-file", file], {}), ("CURL_CA_BUNDLE", [], {"CURL_CA_BUNDLE": file}),
                                        ("SSL_CERT_FILE", [], {"SSL_CERT_FILE": file})]:
                    with self.subTest(file=file, by=by):
                        done = self.crawl(hub.url, *flags, **more)
                        self.assertEqual(done.returncode, 2, done.stderr)
                        self.assertIn(by, done.stderr)
                        self.assertIn(file, done.stderr)
            self.assertEqual(hub.requests, [])

    def test_variables_are_of_no_matter_without_encryption(self):
        with Server() as hub:
            self.assertEqual(self.crawl(hub.url, SSL_CERT_FILE="none.pem").returncode, 0)

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
