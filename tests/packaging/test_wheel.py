"""The wheel installs into an empty environment and brings its SQL and the JavaScript SDK along."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from c360 import __version__
from c360.installer.sources import sql_root
from c360.relay.presets import list_presets

ROOT = Path(__file__).resolve().parents[2]


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def wheel(tmp_path):
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    [wheel] = tmp_path.glob("*.whl")
    return wheel


@pytest.mark.slow
def test_the_wheel_brings_command_and_sql_into_an_empty_environment(wheel, tmp_path, empty_database):
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    # The dependencies come from the environment of the tests: fetching them again proves nothing about the wheel.
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    version = run(environment / "bin" / "c360", "--version", cwd=tmp_path)
    run(environment / "bin" / "c360", "db", "install", "--dsn", empty_database.dsn, cwd=tmp_path)
    where = run(python, "-c", "from c360.installer.sources import sql_root; print(sql_root())", cwd=tmp_path)

    assert version == f"c360 {__version__}\n"
    assert Path(where.strip()) == Path(packages, "c360", "_pg")


@pytest.mark.slow
def test_the_wheel_holds_every_file_below_pg(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("c360/_pg/")}
    present = {
        f"c360/_pg/{path.relative_to(sql_root()).as_posix()}" for path in sql_root().rglob("*") if path.is_file()
    }

    assert inside == present


@pytest.mark.slow
def test_the_wheel_brings_the_javascript_sdk_and_its_example(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())

    assert {f"c360/_sdk/{name}" for name in ("dist/c360.js", "dist/c360.core.js", "examples/shop.html")} <= inside


@pytest.mark.slow
def test_the_wheel_brings_the_presets_of_webhooks(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())

    assert {f"c360/relay/presets/{preset.name}.yaml" for preset in list_presets()} <= inside
    assert "c360/relay/examples.yaml" in inside


@pytest.mark.slow
def test_the_wheel_brings_the_template_of_aws(wheel):
    assert "c360/aws/template.yaml" in zipfile.ZipFile(wheel).namelist()
