#!/usr/bin/env python3
"""schemathesis asks a running server whatever its /openapi.json allows, and what it does not: every check, a fixed seed.

Needs tests/requirements.txt (tools/install-dependencies --tests); without it, it is skipped. Usage: openapi_test.py BUILD_DIR
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[1] / "build" / "dev").resolve()
del sys.argv[1:]
from golden_test import nights  # the hub that is drawn there

STEMMA = next(path for path in (BUILD / "tools" / "stemma", BUILD / "stemma") if path.exists())
SCHEMATHESIS = HERE.parents[1] / "build" / "python" / "bin" / "st"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_"))}


def main():
    if not SCHEMATHESIS.exists():
        print("SKIPPED: no schemathesis; tools/install-dependencies --tests installs it")
        return 77
    work = Path(tempfile.mkdtemp(prefix="stemma-openapi-"))
    try:
        for number, (when, documents) in enumerate(nights()):
            # The other model of the examples in /openapi.json.
            documents.append({"_id": f"{99:024x}", "id": "b/chat-gguf", "tags": ["base_model:quantized:Qwen/Qwen2-7B-Instruct"]})
            file = work / f"{number}.ndjson"
            file.write_text("".join(json.dumps(document) + "\n" for document in documents))
            subprocess.run([STEMMA, "--data", work / "data", "import", file, "--complete", "--accept-shrink", "--observed-at", when],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        server = subprocess.Popen([STEMMA, "--data", work / "data", "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        try:
            url = server.stdout.readline().strip()
            return subprocess.run(
                [SCHEMATHESIS, "--no-color", "--config-file", HERE / "openapi.toml", "run", f"{url}/openapi.json", "--url", url, "--checks", "all", "--seed", "20260105",
                 "--max-examples", "25", "--generation-database", "none", "--suppress-health-check", "all"],
                cwd=work, env=ENVIRONMENT | {"SCHEMATHESIS_HOOKS": str(HERE / "openapi_hooks.py")}, timeout=600).returncode
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
