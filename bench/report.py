"""The table: each figure beside nginx in the same run, the target, and whether it was reached."""

# Row id → (what is compared, limit). "ratio" is to nginx.
TARGETS = {
    "cpu_200b": ("ratio", 1.15),
    "cpu_300k_10k_new": ("ratio", 0.9),
    "cpu_300k_all_new": ("ratio", 4.0),
    "cpu_1m_10k_new": ("ratio", 0.8),
    "converse_300k_10k_new": ("ratio", 1.6),
    "converse_300k_all_new": ("ratio", 8.0),
    "converse_sse_burst": ("ratio", 1.5),
    "sse_pace": ("ratio", 1.1),
    "added_p50_c1": ("value", 40.0),
    "rss_idle": ("value", 16.0),
}
NOISY = 0.15


def build_rows(cells, measured, memory):
    """[{id, label, nginx, sekisho, ratio, target, reached, noisy, void}]"""
    rows = []
    for cell in cells:
        if cell.id not in measured:
            continue
        if cell.id == "latency_c1":
            rows += latency_rows(measured[cell.id])
        else:
            rows.append(row(cell.id, cell.label, measured[cell.id], "cpu_us"))
    for id, label in (("rss_idle", "RSS MiB, idle"), ("rss_after", "RSS MiB, after the load"),
                      ("rss_peak", "RSS MiB, peak")):
        rows.append(judge({"id": id, "label": label,
                           "nginx": memory.get("nginx", {}).get(id),
                           "sekisho": memory.get("sekisho", {}).get(id)}))
    return rows


def row(id, label, results, key):
    nginx, ours = results.get("nginx", {}), results.get("sekisho", {})
    return judge({
        "id": id, "label": label, "nginx": nginx.get(key), "sekisho": ours.get(key),
        "noisy": max(nginx.get(key + "_spread", 0), ours.get(key + "_spread", 0)) > NOISY,
        "void": ours.get("void") or nginx.get("void")})


def latency_rows(results):
    rows = []
    for key in ("p50", "p99"):
        base = results.get("direct", {}).get(key)
        added = {}
        for name in ("nginx", "sekisho"):
            value = results.get(name, {}).get(key)
            added[name] = value - base if value is not None and base is not None else None
        voids = [r.get("void") for r in results.values() if r.get("void")]
        rows.append(judge({"id": f"added_{key}_c1", "label": f"added {key} µs at c=1, 200 B",
                           **added, "void": voids[0] if voids else None}))
    return rows


def judge(row):
    nginx, ours = row.get("nginx"), row.get("sekisho")
    row["ratio"] = ours / nginx if ours is not None and nginx else None
    row["target"] = row["reached"] = None
    if row["id"] in TARGETS:
        kind, limit = TARGETS[row["id"]]
        row["target"] = {"kind": kind, "limit": limit}
        value = row["ratio"] if kind == "ratio" else ours
        row["reached"] = None if value is None else value <= limit
    return row


def table(rows):
    lines = [f"{'':36} {'nginx':>9} {'sekisho':>9} {'× nginx':>8} {'target':>9}"]
    for r in rows:
        verdict = {True: "reached", False: "MISSED", None: ""}[r["reached"]]
        if r.get("void"):
            verdict = "VOID: " + r["void"][:80]
        target = ""
        if r["target"]:
            sign = "×" if r["target"]["kind"] == "ratio" else " "
            target = f"≤ {r['target']['limit']:g} {sign}"
        mark = "!" if r.get("noisy") else " "
        lines.append(f"{r['label']:36} {number(r['nginx']):>9} {number(r['sekisho']):>9} "
                     f"{number(r['ratio'], 2):>8} {target:>9} {mark} {verdict}".rstrip())
    lines.append("!: rounds differ by more than 15 %")
    return "\n".join(lines)


def number(value, digits=1):
    return "–" if value is None else f"{value:.{digits}f}"
