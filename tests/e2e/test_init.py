"""The first steps of an operator: init → doctor → serve → the administrator key, shown once."""

import contextlib
import json
import os
import re
import stat
import subprocess

from servers import SEKISHO, run_sekisho
from wire import call, wait_for


@contextlib.contextmanager
def serving(folder, environment=None):
    """`sekisho serve` on the file that init wrote, on a free port."""
    file = folder / "sekisho.yaml"
    file.write_text(file.read_text().replace("127.0.0.1:4000", "127.0.0.1:0"))
    log = folder / "serve.log"
    with open(log, "wb") as errors:
        process = subprocess.Popen([str(SEKISHO), "serve", "--config", str(file)],
                                   stdout=subprocess.PIPE, stderr=errors, text=True,
                                   env={**os.environ, **(environment or {})})
    try:
        def url():
            assert process.poll() is None, log.read_text()
            found = re.search(r"listening\s+url=(\S+)", log.read_text())
            return found and found[1].strip('"')
        yield wait_for(url, "the log line 'listening'"), log
    finally:
        process.terminate()
        out = process.communicate(timeout=60)[0]
    assert process.returncode == 0 and "sk-" not in out


def test_init_doctor_serve(tmp_path):
    folder = tmp_path / "it's here"
    code, out, error = run_sekisho("init", folder)
    assert code == 0, error
    key = re.search(r"sk-\S+", out)[0]
    file = folder / "sekisho.yaml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and key not in file.read_text()
    code, out, error = run_sekisho("doctor", "--config", file)
    assert code == 0 and "every record is sound" in out, out + error
    with serving(folder) as (url, log):
        status, _, body = call(url + "/api/v1/me", key)
        assert status == 200 and json.loads(body)["role"] == "administrator"
        made = run_sekisho("key", "create", "--alias", "first", "--url", url,
                           env={"SEKISHO_KEY": key})
        assert made[0] == 0 and "sk-" in made[1], made
        assert "sk-" not in log.read_text()


def test_init_overwrites_nothing(tmp_path):
    assert run_sekisho("init", tmp_path)[0] == 0
    before = (tmp_path / "sekisho.yaml").read_bytes()
    code, out, error = run_sekisho("init", tmp_path, env={"LC_ALL": "ja_JP.UTF-8"})
    assert code == 1 and "すでにあります" in error and out == ""
    assert (tmp_path / "sekisho.yaml").read_bytes() == before


def test_a_service_does_not_print_the_key(tmp_path):
    """The first start without a terminal: into a file of the owner's, not into the service's log."""
    file = tmp_path / "sekisho.yaml"
    file.write_text(f"listen: 127.0.0.1:4000\ndata_directory: {tmp_path}/data\n")
    with serving(tmp_path) as (url, log):
        kept = tmp_path / "data" / "administrator-key"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        key = kept.read_text().strip()
        assert key.startswith("sk-") and key not in log.read_text()
        assert str(kept) in log.read_text()
        assert call(url + "/api/v1/me", key)[0] == 200


def test_what_the_file_says_of_the_organisation_later(tmp_path):
    file = tmp_path / "sekisho.yaml"
    file.write_text(f"listen: 127.0.0.1:4000\ndata_directory: {tmp_path}/data\nlanguage: en\n"
                    "time_zone: Asia/Tokyo\n")
    with serving(tmp_path) as (_, log):
        assert "organisation_kept" not in log.read_text()
    file.write_text(file.read_text().replace("Asia/Tokyo", "Europe/Berlin"))
    with serving(tmp_path) as (_, log):
        line = next(line for line in log.read_text().splitlines() if "organisation_kept" in line)
        assert "time_zone" in line and "language" not in line
