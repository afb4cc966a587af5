"""The examples for clusters are well formed, name options that dask has, and open nothing to the world."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.places import ROOT

FOLDER = ROOT / "docs" / "cluster"


def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"])


def objects() -> dict[str, dict[str, Any]]:
    found = YAML(typ="safe").load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    return {f"{one['kind']} {one['metadata']['name']}": one for one in found}


def commands() -> list[list[str]]:
    pods = [one["spec"]["template"]["spec"] for name, one in objects().items() if name.startswith("Deployment")]
    return [one["command"] for one in compose().values()] + [pod["containers"][0]["command"] for pod in pods]


@pytest.mark.parametrize("number", range(4))
def test_each_command_is_one_that_dask_has_and_is_encrypted(number: int) -> None:
    from distributed.cli import dask_scheduler, dask_worker

    dask, kind, *words = commands()[number]
    known = {option for one in {"scheduler": dask_scheduler, "worker": dask_worker}[kind].main.params
             for option in (*one.opts, *one.secondary_opts)}  # fmt: skip
    assert dask == "dask"
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    assert set(options) <= known
    assert {"--tls-ca-file", "--tls-cert", "--tls-key", "--no-dashboard"} <= set(options)
    assert any(word.startswith("tls://") or word.startswith("--host=tls://") for word in words)
    assert not any("tcp://" in word for word in words)


def test_compose_publishes_on_loopback_only() -> None:
    services = compose()
    assert set(services) == {"scheduler", "worker"}
    assert services["scheduler"]["ports"] == ["127.0.0.1:8786:8786"]
    assert "ports" not in services["worker"]
    for one in services.values():
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert all(volume.endswith(":ro") for volume in one["volumes"])


def test_kubernetes_objects_belong_together() -> None:
    found = objects()
    assert set(found) == {
        "Namespace offramp", "Deployment scheduler", "Service scheduler", "Deployment workers", "NetworkPolicy within",
    }  # fmt: skip
    for name, one in found.items():
        assert {"apiVersion", "kind", "metadata"} <= set(one)
        assert name.startswith("Namespace") or one["metadata"]["namespace"] == "offramp"
    for name in ("scheduler", "workers"):
        spec = found[f"Deployment {name}"]["spec"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"] == labels
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
    service = found["Service scheduler"]["spec"]
    assert service["selector"] == found["Deployment scheduler"]["spec"]["template"]["metadata"]["labels"]
    assert "type" not in service, "a cluster address only"
    assert found["NetworkPolicy within"]["spec"]["ingress"] == [{"from": [{"podSelector": {}}]}]
