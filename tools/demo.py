#!/usr/bin/env python3
"""Trains on a log, recommends for a few of its users, says how good the model is, and starts the service. `make demo` runs it.

Without --data the log is a sample (tools/sample_data.py). Training is left out while neither log nor trainer has changed.
Database and model versions lie where every command looks for them, so that commands typed afterwards act on the demo.
"""

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

import demo_analytics
import demo_place
import demo_process
import demo_service
import sample_data

SHOWN_USERS = 3
SERVICE_PORT = 8080


def heading(text):
    print(f"\n-- {text}", flush=True)


def run(*command, capture=False):
    """Shows the command as one would type it, runs it, and ends the demo if it fails."""
    command = [str(part) for part in command]
    print(f"   $ {shlex.join(command)}", flush=True)
    finished = subprocess.run(command, stdout=subprocess.PIPE if capture else None, text=True, encoding="utf-8")
    if finished.returncode != 0:
        sys.exit(f"demo: {Path(command[0]).name} {command[1]} ended with exit code {finished.returncode}")
    return finished.stdout


def fingerprint(*files):
    digest = hashlib.sha256()
    for file in files:
        with open(file, "rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def train(bin_folder, data, place):
    checkpoints, stamp = place.checkpoints, place.folder / "trained-from"
    trained_from = fingerprint(data, bin_folder / "sasrec-trainer")
    if stamp.is_file() and stamp.read_text() == trained_from and (checkpoints / "CURRENT").is_file():
        print(f"   {checkpoints / 'CURRENT'}: trained before, from the same log by the same trainer (FRESH=1 trains again)")
        return
    stamp.unlink(missing_ok=True)
    run(bin_folder / "sasrec-trainer", "train", "--data", data, "--checkpoints", checkpoints)
    stamp.write_text(trained_from)


def show_recommendations(bin_folder, checkpoints, data, items):
    with_titles = ["--items", items] if items else []
    answers = run(
        bin_folder / "sasrec", "recommend", "--checkpoints", checkpoints, "--histories", data, *with_titles,
        "-k", 10, "--recent", 5, "--json", capture=True,
    )  # fmt: skip
    lines = answers.splitlines()
    print(f"\n   {len(lines)} users answered. {SHOWN_USERS} of them:")
    users = []
    for part in range(1, SHOWN_USERS + 1):
        answer = json.loads(lines[len(lines) * part // (SHOWN_USERS + 1)])
        users.append(answer["user"])
        print(f"\n   User {answer['user']}, who last chose")
        for item in answer["recent"]:
            print(f"            {item.get('title') or item['item']}")
        print("   will probably want next" if answer["source"] == "model" else "   gets what is popular")
        for item in answer["items"]:
            print(f"   {item['score']:8.3f} {item.get('title') or item['item']}")
    # The last of them, and what it may be told to have chosen: its fifth recommendation.
    return users[-1], answer["items"][min(4, len(answer["items"]) - 1)]["item"]


def serve(service, checkpoints, data, items):
    """Fills the service's own database and starts it in the background."""
    catalogue = ["--items", items] if items else []
    run(service.program, "import", "--data", data, *catalogue, "--data-dir", service.out)
    return service.start(checkpoints, demo_service.free_address(SERVICE_PORT))


def has_keys(service):
    listed = [service.program, "key", "list", "--json", "--data-dir", service.out]
    return json.loads(subprocess.run(listed, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout) != []


def try_out(service, url, user, item):
    print(f"\n   The service runs. Open {url} to see it at work   (API: {url}/docs)")
    if has_keys(service):
        print("   Its database has API keys (sasrec key list), so page and requests need one: there is nothing to try without.")
    else:
        demo_service.try_out(url, user, item)


def stop_earlier(out):
    """Ends what a demo of an earlier version may still run in the folder that it used. True if there was one."""
    earlier = out / "demo"
    if not earlier.is_dir():
        return False
    print(f"   {earlier} is from an earlier version, whose demo had a folder of its own. Nothing uses it any more; remove it when you like.")
    analytics = demo_process.Background(earlier, "analytics", demo_analytics.MODULE)
    service = demo_process.Background(earlier, "service", str(earlier / "service"))
    return [analytics.stop(), service.stop()][1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder with sasrec and sasrec-trainer")
    parser.add_argument("--out", type=Path, default=Path("var"), help="where database and checkpoints go; the commands' own default is var")
    parser.add_argument("--data", type=Path, help="your own log")
    parser.add_argument("--items", type=Path, help="your own catalogue, for titles")
    parser.add_argument("--fresh", action="store_true", help="move what --out has aside and begin anew")
    parser.add_argument("--stop", action="store_true", help="only stop the service that an earlier demo started")
    parser.add_argument("--analytics", action="store_true", help="only build the marts of the running service and show today")
    options = parser.parse_args()

    service = demo_service.Service(options.bin / "sasrec", options.out)
    analytics = demo_analytics.Analytics(options.out)
    place = demo_place.Place(options.out)
    if options.stop:
        analytics.stop()
        stopped = [service.stop(), stop_earlier(options.out)]
        print("stopped" if any(stopped) else "no service of the demo is running")
        return
    if options.analytics:
        analytics.build_and_show()

    heading("The log")
    data, items = options.data, options.items
    if data is None:
        folder, source = sample_data.prepare()
        data, items = folder / "ratings.csv", items or folder / "movies.csv"
        print(f"   {data}: {source}")
    for file in filter(None, (data, items)):
        if not file.is_file():
            sys.exit(f"demo: there is no file {file}")

    if not options.fresh:
        place.check(fingerprint(data))  # before a running service is ended for nothing
    analytics.stop()
    service.stop()
    stop_earlier(options.out)
    place.prepare(data, fingerprint(data), options.fresh)

    heading("Training")
    train(options.bin, data, place)
    checkpoints = place.checkpoints

    heading("What comes next")
    user, item = show_recommendations(options.bin, checkpoints, data, items)

    heading("How good that is: each user's last item, hidden from training, looked for in the whole catalogue")
    run(options.bin / "sasrec", "evaluate", "--checkpoints", checkpoints, "--data", data)

    heading("The service")
    url = serve(service, checkpoints, data, items)
    try_out(service, url, user, item)
    metrics = analytics.start(url)
    print(f"\n   It goes on running: make stop ends it, {service.log} is its log.")
    print(f"   Database and model versions are in {options.out}, where every command typed here looks for them.")
    print(f"   The numbers of the business are computed every hour ({metrics}); make analytics shows today's.")
    if options.data is None:
        print("   With your own log: DATA=file make demo   (and ITEMS=file for titles)")


if __name__ == "__main__":
    main()
