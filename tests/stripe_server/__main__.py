"""Run the server alone: ``python -m tests.stripe_server --port 9120``.

Point ``STRIPE_API_BASE`` at the printed address, with a key that begins with ``sk_test_``.
"""

import argparse
import logging
import signal
import threading

from tests.stripe_server.server import TEST_KEY, StripeServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_server", description=__doc__)
    parser.add_argument("--port", type=int, default=9120)
    parser.add_argument("--webhook-url", help="gets the snapshot events")
    parser.add_argument("--webhook-secret", action="append", default=[])
    parser.add_argument("--thin-url", help="gets the v2 events")
    parser.add_argument("--thin-secret", action="append", default=[])
    parser.add_argument("--float", type=int, default=0, help="minor units of EUR at the start")
    options = parser.parse_args()
    for url, secrets in (
        (options.webhook_url, options.webhook_secret),
        (options.thin_url, options.thin_secret),
    ):
        if url and not secrets:
            parser.error(f"{url} needs a secret")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    with StripeServer(options.port) as server:
        if options.webhook_url:
            server.listen(options.webhook_url, *options.webhook_secret)
        if options.thin_url:
            server.listen(options.thin_url, *options.thin_secret, thin=True)
        if options.float:
            server.turn("fund", amount=options.float)
        logging.info("STRIPE_API_BASE=%s STRIPE_SECRET_KEY=%s", server.url, TEST_KEY)
        logging.info("Books: %s/_books", server.url)
        stopped.wait()


if __name__ == "__main__":
    main()
