"""What a start says when it cannot be: one sentence, a code that is not 0, nothing touched."""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess

import pytest

from servers import ADMIN_KEY, Gateway, make_config, run_sekisho
from wire import chat, marker, message

RECORD, HEADER = 256, 4096


@pytest.fixture
def stopped(tmp_path, providers):
    """A gateway that has served some calls and was stopped; start() again is the test's business."""
    gateway = Gateway(tmp_path, providers)
    for _ in range(5):
        assert gateway.post("/v1/chat/completions", chat())[0] == 200
    assert gateway.stop() == 0
    yield gateway
    if gateway.process.poll() is None:
        gateway.close()


def refusal(gateway):
    """The one sentence of a start that fails."""
    gateway.write_config()
    code, out, error = run_sekisho("serve", "--config", gateway.file, env=gateway.environment)
    assert code == 1 and out == ""
    said = [line for line in error.splitlines() if not line.startswith("{")]
    assert len(said) == 1 and said[0].startswith("sekisho: "), error
    assert ADMIN_KEY not in error
    return said[0]


def killed_with_open_calls(gateway):
    """The journal of a process that died with calls open."""
    from wire import Stream
    gateway.start()
    for _ in range(3):
        assert gateway.post("/v1/messages", message())[0] == 200
    streams = [Stream(gateway.url, gateway.key, "/v1/messages", message(
        marker(scenario="long", tokens=400, pace=50), stream=True)) for _ in range(4)]
    assert all(stream.some() for stream in streams)
    gateway.kill()
    for stream in streams:
        stream.leave()
    segments = sorted((gateway.data / "journal").glob("*.sj"),
                      key=lambda path: -records_in(path))
    return segments[0]


def records_in(path):
    data = path.read_bytes()[HEADER:]
    return sum(any(data[at:at + RECORD]) for at in range(0, len(data), RECORD))


def overwrite(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def test_port_in_use(stopped):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stopped.config["listen"] = "127.0.0.1:%d" % taken.getsockname()[1]
        said = refusal(stopped)
    assert "in use" in said and stopped.config["listen"].split(":")[1] in said


def test_second_process_on_the_data_directory(stopped, tmp_path, providers):
    stopped.start()
    other = Gateway(tmp_path, providers, start=False, data_directory=stopped.data)
    said = refusal(other)
    assert "in use by process %d" % stopped.process.pid in said and str(stopped.data) in said
    assert stopped.post("/v1/chat/completions", chat())[0] == 200
    assert stopped.stop() == 0


def test_no_permission(stopped, tmp_path):
    if os.geteuid() == 0:
        file = tmp_path / "file"
        file.write_text("")
        stopped.config["data_directory"] = str(file / "data")
        said = refusal(stopped)
        assert "cannot create the data directory" in said
        return
    stopped.data.chmod(0o500)
    try:
        assert "permission" in refusal(stopped)
    finally:
        stopped.data.chmod(0o700)


def test_newer_database(stopped):
    with sqlite3.connect(stopped.data / "sekisho.db") as db:
        db.execute("UPDATE schema_step SET number = 99 WHERE module = 'ledger'")
    said = refusal(stopped)
    assert "sekisho.db" in said and ("newer" in said or "version" in said)


def test_older_format(stopped):
    with sqlite3.connect(stopped.data / "sekisho.db") as db:
        db.execute("PRAGMA user_version = 7")
    said = refusal(stopped)
    assert "sekisho.db" in said and "format" in said


def test_file_that_is_no_database(stopped):
    (stopped.data / "sekisho.db").write_bytes(b"something else, longer than a header " * 200)
    for extra in ("sekisho.db-wal", "sekisho.db-shm"):
        (stopped.data / extra).unlink(missing_ok=True)
    assert "is not a database of Sekisho" in refusal(stopped)


def test_old_journal_format(stopped):
    import zlib  # noqa: F401  (CRC-32C is not in the standard library: see below)
    segment = killed_with_open_calls(stopped)
    header = bytearray(segment.read_bytes()[:HEADER])
    header[8:12] = (2).to_bytes(4, "little")
    header[36:40] = crc32c(header[:36]).to_bytes(4, "little")
    overwrite(segment, 0, header)
    said = refusal(stopped)
    assert segment.name in said and "journal format 2" in said


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_torn_tail(stopped):
    """The last record half written: cut there, said, everything before it kept."""
    segment = killed_with_open_calls(stopped)
    count = records_in(segment)
    # Records after the watermark may be torn by a kill; a new one is such.
    overwrite(segment, HEADER + count * RECORD, b"\x5a" * 100)
    stopped.restart()
    [line] = [line for line in stopped.log_lines() if line["message"] == "journal_recovered"]
    assert line["records_cut"] >= 1 and line["calls_closed"] == 4
    entries = stopped.entries(12)
    assert len(entries) == 12
    marked = [entry["settlement"] for entry in entries if entry["settlement"] != "reported"]
    assert len(marked) == 4 and set(marked) <= {"partial", "reserved"}
    assert stopped.stop() == 0


def test_damaged_middle(stopped):
    """Refuses to start, names file and offset, changes nothing; doctor shows the way."""
    segment = killed_with_open_calls(stopped)
    offset = HEADER + 2 * RECORD
    overwrite(segment, offset + 120, b"\xff" * 8)
    before = segment.read_bytes()
    said = refusal(stopped)
    assert str(segment) in said and f"offset {offset}" in said and "sekisho doctor" in said
    assert segment.read_bytes() == before
    doctor = ["doctor", "--config", stopped.file, "--json"]
    code, out, _ = run_sekisho(*doctor, env=stopped.environment)
    [check] = [c for c in json.loads(out)["checks"] if c["what"] == "journal"]
    assert code == 1 and check["verdict"] == "bad" and f"offset {offset}" in check["finding"]
    assert "--repair" in check["remedy"] and segment.read_bytes() == before
    code, out, error = run_sekisho(*doctor, "--repair", env=stopped.environment)
    assert code == 0, out + error
    assert pathlib.Path(str(segment) + ".damaged").read_bytes() == before
    stopped.restart()
    assert stopped.post("/v1/chat/completions", chat())[0] == 200
    assert len(stopped.entries(10)) >= 10  # one record is lost, not more
    assert stopped.stop() == 0


def test_segment_missing(stopped):
    segment = killed_with_open_calls(stopped)
    segment.write_bytes(segment.read_bytes()[:HEADER + 10])
    said = refusal(stopped)
    assert segment.name in said and "offset" in said


def test_unknown_key_names_line_and_nearest(stopped):
    stopped.config["guardrials"] = {}
    said = refusal(stopped)
    assert "guardrials" in said and "'guardrails'" in said and "sekisho.yaml:" in said


def test_secret_reference_that_is_not_set(stopped):
    stopped.config["upstreams"][1]["api_key"] = "env:NOT_SET_ANYWHERE"
    assert "NOT_SET_ANYWHERE" in refusal(stopped)


def test_secret_in_plain_text(stopped):
    stopped.config["upstreams"][1]["api_key"] = "sk-ant-api03-plain"
    said = refusal(stopped)
    assert "env:" in said and "sk-ant-api03-plain" not in said


def test_unknown_upstream_of_a_model(stopped):
    stopped.config["models"][0]["deployments"][0]["upstream"] = "bedrok"
    said = refusal(stopped)
    assert "bedrok" in said and "bedrock" in said


def test_configuration_that_is_not_there(tmp_path):
    code, _, error = run_sekisho("serve", "--config", tmp_path / "none.yaml")
    assert code == 1 and "none.yaml" in error


def test_wrong_usage():
    code, _, error = run_sekisho("serve", "--no-such-option")
    assert code == 2 and "--no-such-option" in error
    assert run_sekisho("nonsense")[0] == 2
    code, _, error = run_sekisho("key", "list", "--allias", "x")
    assert code == 2 and "'--allias'" in error and "did you mean '--alias'?" in error
    code, _, error = run_sekisho("--lang", "ja", "key", "lst")
    assert code == 2 and "「lst」はありません（「list」のことでしょうか）" in error


def test_messages_in_japanese(tmp_path):
    file = tmp_path / "sekisho.yaml"
    file.write_text("upstreems: []\n")
    japanese = {"LC_ALL": "ja_JP.UTF-8"}
    code, _, error = run_sekisho("serve", "--config", file, env=japanese)
    assert code == 1 and "未知のキー「upstreems」です（「upstreams」のことでしょうか）" in error
    assert "ゲートウェイを起動" in run_sekisho("--help", env=japanese)[1]
    file.write_text("data_directory: %s\nupstreams: [{name: a, kind: openai, "
                    "endpoint: 'http://127.0.0.1:1/v1', api_key: env:HOME}]\n"
                    "models: [{name: m, deployments: [{upstream: a, model: no-such}]}]\n" % tmp_path)
    code, out, _ = run_sekisho("doctor", "--config", file, env=japanese)
    assert code == 1 and "接続できません" in out and "no-such の単価が不明" in out
    assert "no price is known for no-such" in run_sekisho("doctor", "--config", file)[1]


# A full disk

@pytest.fixture
def small_disk(tmp_path):
    """A file system of 40 MB, where the machine lets us make one."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)],
                          capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("needs the right to mount a small tmpfs: " + made.stderr.strip())
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place, leave=0):
    """Takes all of the file system but `leave` bytes."""
    ballast = place / "ballast"
    free = shutil.disk_usage(place).free - leave
    with open(ballast, "ab") as file:
        step = 1 << 20
        while step >= 4096:
            try:
                while free > 0:
                    file.write(b"\0" * min(step, free))
                    file.flush()
                    free -= step
                break
            except OSError:
                step //= 2
    return ballast


def test_no_disk_at_start(tmp_path, providers, small_disk):
    gateway = Gateway(tmp_path, providers, start=False, data_directory=small_disk / "data")
    fill(small_disk)
    said = refusal(gateway).lower()
    assert "disk full" in said or "no space" in said


def test_disk_fills_while_serving(tmp_path, providers, small_disk):
    """New calls get 503 naming it; the one in flight is settled; with room again, it serves."""
    from wire import Stream, wait_for
    gateway = Gateway(tmp_path, providers, data_directory=small_disk / "data", workers=1)
    path = str(small_disk / "data")
    open_call = Stream(gateway.url, gateway.key, "/v1/messages", message(
        marker(scenario="long", tokens=2000, pace=1000), stream=True))
    assert open_call.some()
    ballast = fill(small_disk)
    answers = []

    def refused():
        answers.append(gateway.post("/v1/chat/completions", chat()))
        return answers[-1][0] != 200
    # The journal's room that was made before would last for some thousand calls; the books, which
    # cannot be written, end it.
    assert not refused()
    trouble = gateway.wait_log("cannot_write")
    assert trouble["path"].startswith(path) and "disk full" in trouble["detail"]
    wait_for(refused, "new calls to be refused", 60)
    status, headers, body = answers[-1]
    said = json.loads(body)["error"]["message"]
    assert status == 503 and "disk full" in said, answers[-1]
    assert "retry-after" in {name.lower() for name in headers}
    rest = open_call.rest()
    assert not open_call.cut and "message_stop" in rest
    ballast.unlink()
    wait_for(lambda: not refused(), "the gateway to serve again by itself", 30)
    gateway.wait_log("can_write_again")
    assert len([line for line in gateway.log_lines() if line["message"] == "cannot_write"
                and line["what"] == "books"]) == 1
    bill = gateway.bill()
    entries = gateway.entries(bill["count"])
    assert len(entries) == bill["count"]
    assert sum(entry["cost"] for entry in entries) == bill["total_nano_usd"]
    assert gateway.stop() == 0
