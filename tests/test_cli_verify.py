"""`softql verify`, `softql laws`, `softql where` and `pytest --softql-impl`, as a person uses them."""

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from test_proofs import check

from softql import cli, verification
from softql.laws import LAWS, backing

ROOT = Path(__file__).parent.parent
MODULES = {
    "good.py": """
import numpy as np

def soft_value(q, alpha, log_w=0.0):
    score = np.where(log_w == -np.inf, -np.inf, q / np.asarray(alpha)[..., None] + log_w)
    return np.asarray(alpha) * np.logaddexp.reduce(score, axis=-1)
""",
    "naive.py": """
import numpy as np

class Naive:
    def soft_value(q, alpha):
        return alpha * np.log(np.sum(np.exp(q / np.asarray(alpha)[..., None]), axis=-1))

    def lse(beta, logits):
        return Naive.soft_value(logits, 1 / beta)
""",
    "broken.py": "import numpy\n\n1 / 0\n",
    "needs.py": "import no_such_library\n",
    "leaves.py": "raise SystemExit(3)\n",
    "stops.py": "class Stop(BaseException):\n    pass\n\n\nraise Stop('now')\n",
    "mute.py": "class Mute(Exception):\n    def __str__(self):\n        1 / 0\n\n\nraise Mute\n",
    "colon.py": "def energy(q, alpha)\n    return q\n",
    "opens.py": "open('nothing.cfg')\n",
    "sleeps.py": "import time\n\ntime.sleep(1000)\n",
    "spins.py": "while True:\n    pass\n",
    "shapes.py": "soft_value = lambda q, alpha, log_w=None: q\n",
    "loud.py": """
import os
print("loaded")

def energy(q, alpha):
    os.write(1, b"noise")
    return -q / alpha[..., None]
""",
    "touchy.py": """
class Unfitted:
    @property
    def q(self):
        raise RuntimeError("fit first")

mine = Unfitted()
""",
    "empty.py": "def sotf_value(q, alpha):\n    return q\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A user's folder, with modules in it."""
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for name in MODULES:
        sys.modules.pop(name.removesuffix(".py"), None)


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


# verify


def test_code_that_is_right_exits_0(capsys):
    assert softql("verify", "good", "--quick", "--law", "value") == 0
    said = capsys.readouterr().out
    assert "passed  value_shift                                15 examples" in said
    assert "mellowmax_is_log_mean" not in said
    assert said.splitlines()[-2] == "skipped for want of log_partition, mellowmax, energy"
    assert ", 0 failed, " in said.splitlines()[-1]
    assert softql("verify", "good", "--law", "mellowmax", "--law", "value_shift", "--quick", "--verbose") == 0
    assert "skipped mellowmax_is_log_mean                   no function mellowmax" in capsys.readouterr().out


def test_nothing_is_left_in_the_folder(folder):
    command = [sys.executable, "-m", "softql.cli", "verify", "good", "--law", "value_shift", "--quick"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    before = sorted(path.name for path in folder.iterdir())
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_function_stands_for_its_laws(capsys):
    assert softql("laws", "energy") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 laws")


def test_code_that_is_wrong_exits_1_with_all_one_needs(capsys):
    assert softql("verify", "naive:Naive", "--law", "value_shift") == 1
    said = capsys.readouterr().out
    for part in (
        "failed  value_shift",
        "V(Q + c) = V(Q) + c.  [H17 Eq. 5]",
        "q = [",
        "left ",
        "right ",
        "again: softql verify",
    ):
        assert part in said
    assert softql("verify", "naive.py:Naive", "--law", "value_shift", "--quick") == 1


def test_the_line_in_the_report_shows_the_same_failure(capsys):
    """The shell command of every failure, run: the same law fails on the same input with the same sides."""
    softql("verify", "naive:Naive", "--law", "value_shift", "--law", "value_lipschitz")
    said = capsys.readouterr().out
    assert len(said.split("again: ")) >= 3
    for line in said.splitlines():
        if "again: " in line:
            words = shlex.split(line.partition("again: ")[2])
            assert words[:2] == ["softql", "verify"]
            assert softql(*words[1:]) == 1
            again = capsys.readouterr().out.splitlines()
            assert again[0].split()[:3] == ["failed", words[words.index("--law") + 1], "1"]
            shown = [text for text in again if text.strip().startswith(("left", "right", "q ="))]
            assert all(text in said for text in shown)
            assert len(shown) == 3


def test_adapters_are_flags_and_part_of_the_line(capsys):
    flags = ["--rename", "soft_value=lse", "--arguments", "soft_value=alpha,q", "--inverse-temperature"]
    assert softql("verify", "naive:Naive", *flags, "--law", "value_is_log_partition", "--law", "value_convex") == 1
    said = capsys.readouterr().out
    line = next(line for line in said.splitlines() if "again: " in line).partition("again: ")[2]
    assert line.startswith(
        "softql verify naive:Naive --rename soft_value=lse --arguments soft_value=alpha,q --inverse-temp"
    )
    assert softql(*shlex.split(line)[1:]) == 1
    assert softql("verify", "naive:Naive", *flags, "--arrays", "numpy:asarray", "--law", "value_permutation") == 0


def test_expected_failures_are_strict(capsys):
    assert softql("verify", "naive:Naive", "--law", "value_shift", "--xfail", "value_shift=overflows") == 0
    assert "1 expected to fail" in capsys.readouterr().out
    assert softql("verify", "good", "--law", "value_shift", "--xfail", "value_shift=overflows", "--quick") == 1
    assert "holds, but was expected to fail: overflows" in capsys.readouterr().out


def test_reports_are_written(folder, capsys):
    assert softql("verify", "naive:Naive", "--law", "value_shift", "--json", "-", "--html", "page.html") == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["results"][0]["status"] == "failed"
    assert "failed  value_shift" in said.err
    assert "naive:Naive" in (folder / "page.html").read_text()
    softql("verify", "good", "--law", "value_shift", "--json", "report.json", "--quick")
    assert json.loads((folder / "report.json").read_text())["ok"] is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no module 'nowhere' here or on the path"),
        (["nowhere.at.all:x"], "there is no module 'nowhere.at.all'"),
        (["nowhere.py:x"], "there is no file nowhere.py"),
        (["naive:Naiv"], "naive has no 'Naiv'; did you mean Naive?"),
        (["broken"], "importing broken raised ZeroDivisionError: division by zero (broken.py, line 3)"),
        (["needs"], "importing needs failed: No module named 'no_such_library'"),
        (["leaves"], "importing leaves raised SystemExit: 3 (leaves.py, line 1)"),
        (["stops"], "importing stops raised Stop: now (stops.py, line 5)"),
        (["mute"], "importing mute raised Mute: (an exception that cannot be printed) (mute.py, line 6)"),
        (["colon.py"], "importing colon.py raised SyntaxError: expected ':' (colon.py, line 1)\n"),
        (["opens"], "importing opens raised FileNotFoundError: [Errno 2] No such file or directory: 'nothing.cfg'"),
        (["../there:x"], "'../there' is no module: write package.module:attribute or path/to/file.py:attribute"),
        ([":x"], "'' is no module"),
        (["empty"], "empty has none of the functions that these laws need (soft_value, log_partition"),
        (["empty"], "--rename soft_value=sotf_value"),
        (["good", "--law", "value_shfit"], "there is no law and no stem 'value_shfit'; did you mean value_shift"),
        (["good", "--xfail", "value_shift"], "--xfail 'value_shift': write NAME=VALUE"),
        (["good", "--xfail", "nothing=why"], "there is no law 'nothing'"),
        (["good", "--examples", "0"], "examples is a positive number, not 0"),
        (["good", "--case", "{}}"], "not the input of a law"),
        (["good", "--rename", "soft_value=nope"], "--rename: good has no function 'nope'"),
        (["good", "--rename", "soft_valu=x"], "--rename: the laws need no function 'soft_valu'; did you mean soft_v"),
        (["good", "--arguments", "soft_value=beta"], "--arguments: soft_value has no argument 'beta'"),
        (["good", "--json", "no/such/folder.json"], "there is no folder no/such to write folder.json in"),
        (["good", "--arrays", "no_torch:tensor"], "there is no module 'no_torch'"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments, message, capsys):
    assert softql("verify", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert said.err.startswith("softql: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("name", ["sleeps", "spins", "spins.py:x"])
def test_a_module_that_does_not_come_back_is_one_line_and_exit_2(name, monkeypatch, capsys):
    monkeypatch.setattr(verification, "LOADING", 0.2)
    assert softql("verify", name) == 2
    assert capsys.readouterr().err.startswith(f"softql: importing {name.partition(':')[0]} took more than 0.2 s: ")


NATIVE = """
import ctypes

def energy(q, alpha):
    libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(128)
    libc.pthread_mutex_lock(mutex)
    libc.pthread_mutex_lock(mutex)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a deadlock in the C library of Linux")
def test_native_code_that_hangs_is_one_line_and_exit_1(folder):
    """A deadlock outside Python, which neither the law's time limit nor Ctrl-C can break."""
    (folder / "native.py").write_text(NATIVE)
    command = [sys.executable, "-c", "import sys; from softql import cli; sys.exit(cli.main())"]
    arguments = ["verify", "native", "--law", "energy_is_minus_q", "--time-limit", "0.2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run([*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr == (
        "softql: energy_is_minus_q calls energy: no answer within 5.4 s, and native code cannot be interrupted\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="a deadlock in the C library of Linux")
def test_a_module_that_hangs_in_native_code_is_one_line_and_exit_2(folder):
    (folder / "native.py").write_text(NATIVE + "\nenergy(0, 0)\n")
    start = "import sys; from softql import cli, verification; verification.LOADING = 0.1; sys.exit(cli.main())"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", start, "verify", "native"]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr == "softql: importing native: no answer within 5.2 s, and native code cannot be interrupted\n"


def test_a_terminal_sees_what_runs_and_colour(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    softql("verify", "naive:Naive", "--law", "value_shift", "--quick")
    said = terminal.getvalue()
    assert "[1/1] value_shift ..." in said
    assert "\x1b[1;31mfailed \x1b[0m" in said
    monkeypatch.setenv("NO_COLOR", "1")
    softql("verify", "naive:Naive", "--law", "value_shift", "--quick")
    assert "\x1b[1;31m" not in terminal.getvalue().removeprefix(said)


def test_a_law_that_is_put_to_an_input_of_another_is_one_line(capsys):
    """A case with the wrong names is a mistake of the caller, not a finding."""
    assert softql("verify", "good", "--law", "value_shift", "--case", '{"q": ["float32", [0]]}') == 2
    assert "value_shift takes q, alpha, log_w, c" in capsys.readouterr().err


# laws, where


def test_every_law_is_listed_with_what_backs_it(capsys):
    assert softql("laws") == 0
    said = capsys.readouterr().out
    for law in LAWS:
        assert f"\n{law.name}" in "\n" + said
        assert law.equation in said
        assert f"needs {', '.join(law.needs)}; " in said
    assert "theorem value.soft_value_translation" in said
    assert said.splitlines()[-1].startswith(f"{len(LAWS)} laws, ")
    assert softql("laws", "value_shift") == 0
    assert capsys.readouterr().out.count("needs ") == 1
    assert softql("laws", "nothing") == 2


def test_where_finds_a_tag(capsys):
    for words in (["H17 Eq. 5"], ["[H17", "Eq.", "5]"], ["h17 eq. 5"]):
        assert softql("where", *words) == 0
        said = capsys.readouterr().out
        for part in (
            "[H17 Eq. 5] V(s) = α log",
            "softql.equations.value.soft_value",
            "policy.gibbs_le: ",
            "value_shift: ",
        ):
            assert part in said
    assert softql("where", "H17 Eq. 55") == 2
    assert "did you mean H17 Eq. 5" in capsys.readouterr().err


def test_the_catalogue_is_what_the_proofs_say():
    assert check.check_catalogue(ROOT / "proofs") == []


def test_every_theorem_that_backs_a_law_is_there():
    for name, theorems in backing.THEOREMS.items():
        assert set(theorems) <= set(backing.CATALOGUE["theorems"]), name
    assert sum(bool(backing.theorems_of(law)) for law in LAWS) >= 80


@pytest.fixture
def control_c():
    """What Ctrl-C does in a terminal, also where these tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_control_c_reports_what_there_is(folder, capsys, control_c):
    """As a person stops a long run: the laws that ended are on the screen and in the report, and the code is 130."""
    (folder / "stopped.py").write_text(
        "import os, signal\nfrom good import soft_value as right\ncalls = []\n"
        "def soft_value(q, alpha, log_w=0.0):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 60:\n        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return right(q, alpha, log_w)\n"
    )
    assert softql("verify", "stopped", "--law", "value", "--examples", "20", "--json", "partial.json") == 130
    captured = capsys.readouterr()
    report = json.loads((folder / "partial.json").read_text())
    assert report["counts"]["passed"] >= 1
    assert report["unreached"] >= 1
    assert report["ok"] is False
    assert f"stopped before {report['unreached']} more" in captured.out
    assert captured.err == "softql: stopped\n"


# pytest


def run_pytest(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-p", "softql_pytest", "-p", "no:cacheprovider", "-q", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_pytest_runs_the_laws_and_writes_junit(folder):
    (folder / "test_own.py").write_text("def test_own():\n    pass\n")
    options = ["--softql-impl", "naive:Naive", "--softql-law", "value", "--softql-examples", "20"]
    options += ["-k", "own or shift or mellowmax_is or permutation", "--junitxml", "junit.xml"]
    options += ["--softql-xfail", "value_permutation=not so"]
    ran = run_pytest(folder, *options)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "V(Q + c) = V(Q) + c.  [H17 Eq. 5]" in ran.stdout
    assert "again: softql verify naive:Naive --law value_shift" in ran.stdout
    assert "Traceback" not in ran.stdout
    cases = {case.get("name"): case for case in ElementTree.parse(folder / "junit.xml").iter("testcase")}
    assert cases["test_own"].find("failure") is None
    assert "V(Q + c)" in cases["value_shift"].find("failure").text
    assert "expected to fail: not so" in cases["value_permutation"].find("failure").text
    assert "no function mellowmax" in cases["mellowmax_is_log_mean"].find("skipped").get("message")


SPOILS = """
def energy(q, alpha):
    print("hello")
    answer = -q / alpha[..., None]
    q *= 0
    return answer
"""


def test_pytest_warns_of_code_that_prints_and_of_code_that_spoils_its_input(folder):
    (folder / "spoils.py").write_text(SPOILS)
    ran = run_pytest(folder, "--softql-impl", "spoils", "--softql-law", "energy", "--softql-examples", "5")
    assert ran.returncode == 0, ran.stdout
    assert "energy_is_minus_q: energy writes into its arguments" in ran.stdout
    assert "energy_is_minus_q: prints: hello" in ran.stdout


def test_pytest_refuses_in_one_line(folder):
    ran = run_pytest(folder, "--softql-impl", "nowhere")
    assert ran.returncode == 4
    assert "ERROR: softql: there is no module 'nowhere' here or on the path" in ran.stderr


def test_the_plugin_costs_nothing_where_it_is_not_used(folder):
    (folder / "test_own.py").write_text(
        "import sys\ndef test_own():\n    assert not {'softql', 'numpy', 'jax'} & set(sys.modules)\n"
    )
    ran = run_pytest(folder, "-p", "no:jaxtyping", "-p", "no:typeguard", "-p", "no:hypothesispytest", "test_own.py")
    assert ran.returncode == 0, ran.stdout


def test_the_plugin_is_announced():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["entry-points"]["pytest11"] == {"softql_pytest": "softql_pytest"}
    assert "softql_pytest.py" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]


def test_load_finds_nested_attributes():
    assert verification.load("os:path.sep") == os.sep


def test_wrong_shapes_fail_law_by_law(capsys):
    assert softql("verify", "shapes", "--quick", "--json", "out.json") == 1
    report = json.loads(Path("out.json").read_text())
    assert report["counts"]["failed"] >= 15
    assert "Traceback" not in capsys.readouterr().err


def test_json_on_the_standard_output_is_nothing_but_json(folder):
    command = [sys.executable, "-m", "softql.cli", "verify", "loud", "--law", "energy_is_minus_q", "--json", "-"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert json.loads(ran.stdout)["ok"]
    assert "noise" in ran.stderr
    assert ran.returncode == 0


def test_reports_that_cannot_be_written_are_refused_first(folder, capsys):
    assert softql("verify", "good", "--json", folder) == 2
    assert softql("verify", "good", "--json", "-", "--html", "-") == 2
    assert capsys.readouterr().out == ""


def test_an_object_that_does_not_want_to_be_looked_at_is_one_line(capsys):
    assert softql("verify", "touchy:mine.q") == 2
    assert "looking for 'q' raised RuntimeError: fit first" in capsys.readouterr().err


def test_no_limit_is_a_limit():
    assert softql("verify", "good", "--law", "value_shift", "--quick", "--time-limit", "inf") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--softql-impl", "empty", "--softql-law", "value"], "has none of the functions"),
        (["--softql-impl", "good", "--softql-examples", "0"], "--softql-examples is a positive number"),
        (["--softql-impl", "good", "--softql-time-limit", "-1"], "--softql-time-limit is a positive number"),
    ],
)
def test_pytest_refuses_what_checks_nothing(folder, options, message):
    ran = run_pytest(folder, *options)
    assert ran.returncode == 4
    assert message in ran.stdout + ran.stderr


def test_pytest_does_not_call_again_what_hangs(folder):
    (folder / "sleeps.py").write_text("import time\nsoft_value = lambda q, alpha, log_w=None: time.sleep(60)\n")
    ran = run_pytest(folder, "--softql-impl", "sleeps", "--softql-law", "value", "--softql-time-limit", "1")
    assert ran.returncode == 1
    assert "not called again" in ran.stdout
