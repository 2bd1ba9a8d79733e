"""Fixtures of the end-to-end tests. `gateway` and `providers` are shared by the tests of a run and
reset between them; tests that kill, fill or reconfigure start their own."""

import pytest

from servers import Demo, Gateway, Providers


@pytest.fixture(scope="session")
def running_providers():
    providers = Providers()
    yield providers
    providers.close()


@pytest.fixture
def providers(running_providers):
    running_providers.reset_providers()
    return running_providers


@pytest.fixture
def gateway(tmp_path, providers):
    """`sekisho serve` of this test alone, on an empty data directory."""
    gateway = Gateway(tmp_path, providers)
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def running_gateway(tmp_path_factory, running_providers):
    gateway = Gateway(tmp_path_factory.mktemp("shared"), running_providers)
    yield gateway
    gateway.close()


@pytest.fixture
def shared(running_gateway, providers):
    """One gateway for all tests that only call it; its books hold more than this test's calls."""
    return running_gateway


@pytest.fixture
def make_gateway(tmp_path, providers):
    """Starts gateways with other settings; all are stopped at the end."""
    started = []

    def make(name="gateway", **changes):
        folder = tmp_path / name
        folder.mkdir()
        started.append(Gateway(folder, providers, **changes))
        return started[-1]
    yield make
    for gateway in started:
        gateway.close()


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path)
    yield demo
    demo.close()
