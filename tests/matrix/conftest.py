"""Fixtures of the client matrix: the gateways of tests/e2e, and the cells that a run fills."""

import importlib.util
import json
import os
import pathlib
import sys

import pytest

E2E = pathlib.Path(__file__).resolve().parents[1] / "e2e"
sys.path.insert(0, str(E2E))
_spec = importlib.util.spec_from_file_location("e2e_fixtures", E2E / "conftest.py")
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)
running_providers = _fixtures.running_providers
providers = _fixtures.providers
gateway = _fixtures.gateway
running_gateway = _fixtures.running_gateway
shared = _fixtures.shared

_cells = []


@pytest.fixture
def cell(request):
    """Notes what a test proved: cell(dialect or client, provider, feature, outcome, why)."""
    def note(of, provider, feature, outcome, why=""):
        _cells.append({"of": of, "provider": provider, "feature": feature, "outcome": outcome,
                       "why": why, "test": request.node.name})
    return note


def pytest_sessionfinish():
    """build/compatibility.json: the matrix's data, and the cells of the tests that passed."""
    file = os.environ.get("SEKISHO_COMPATIBILITY")
    if file and _cells:
        import clients
        pathlib.Path(file).write_text(json.dumps({**clients.described(), "cells": sorted(
            _cells, key=lambda c: (c["of"], c["provider"], c["feature"]))}, indent=1,
            ensure_ascii=False) + "\n")
