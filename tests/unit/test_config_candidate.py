"""What a candidate's table may not say: the line, the key, and what to do."""

from __future__ import annotations

import pytest

from regrade.config import parse
from regrade.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "key", "says"),
    [
        ("", "", "exactly one of model, python, command, url, predictions; this one has none"),
        ('model = "m.skops"\nurl = "http://a/"', "", "this one has 2"),
        ('model = "m.skop"', "model", "did you mean '.skops'"),
        ('model = "m.h5"', "model", "anything else can be wrapped"),
        ('modle = "m.skops"', "modle", "did you mean 'model'"),
        ('command = "./ask"', "command", "expected `array`"),
        ('command = ["", "x"]', "command", "not empty"),
        ('command = ["./ask"]\nthresold = 0.4', "thresold", "did you mean 'threshold'"),
        ('command = ["./ask"]\nbatch = 3', "batch", "it belongs to: url"),
        ('command = ["./ask"]\nenv = ["sk-hunter2"]', "env", "no name of an environment variable"),
        ('url = "ftp://a/"', "url", "http:// or https://"),
        ('url = "http:///predict"', "url", "this is no address"),
        ('url = "http://ann:pw@a/"', "url", "env:NAME"),
        ('url = "http://a:99999/"', "url", "this is no address"),
        ('url = "http://a/ü"', "url", "this is no address"),
        ('url = "http://a/"\nproxy = "https://b"', "proxy", "http://host:port"),
        ('url = "http://a/"\nca = "ca.pem"', "ca", "https://"),
        ('url = "http://a/"\nbatch = 0', "batch", "between 1 and 65,536"),
        ('url = "http://a/"\nconcurrency = 900', "concurrency", "between 1 and 64"),
        ('url = "http://a/"\nheaders = { Authorization = "Bearer sk-hunter2" }', "headers", 'Authorization = "env:NAME"'),
        ('url = "http://a/"\nheaders = { "X y" = "1" }', "headers", "no name of a header"),
        ('url = "http://a/"\nheaders = { X = "a\\r\\nEvil: 1" }', "headers", "what no header may"),
        ('model = "m.skops"\nthreshold = 1.4', "threshold", "between 0 and 1"),
        ('model = "m.skops"\nthreshold = nan', "threshold", "between 0 and 1"),
        ('model = "m.skops"\npostprocess = "rules"', "postprocess", "module:function"),
        ('model = "m.skops"\ncolumns = ["x"]', "columns", "it belongs to .onnx"),
        ('model = "m.onnx"\ncolumn = "x"', "column", "columns = "),
        ('model = "m.skops"\ncolumn = ""', "column", "it is empty"),
        ('python = "m:f"\ncolumn = "x"', "column", "it belongs to: model"),
        ('model = "m.skops"\ntimeout = 0', "timeout", "between 0.001"),
        ('predictions = "p.csv"\nversion = "1"', "version", "it belongs to: command, url"),
    ],
)
def test_mistakes(settings: str, key: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'[task]\npositive = "late"\n[candidates.a]\n{settings}\n')

    assert caught.value.where.endswith(f"candidates.a.{key}" if key else "candidates.a")
    assert caught.value.where.startswith("regrade.toml:")
    assert says in str(caught.value)
    assert caught.value.exit_code == 2
    assert "hunter2" not in str(caught.value)


def test_a_threshold_needs_a_positive_class() -> None:
    for task in ("", '[task]\nkind = "regression"\n'):
        with pytest.raises(ConfigError, match="a threshold needs a classification with a positive class"):
            parse(f'{task}[candidates.a]\nmodel = "m.skops"\nthreshold = 0.4\n')


def test_every_variable_that_is_sent_is_known() -> None:
    said = parse('[candidates.a]\nurl = "http://a/"\nenv = ["SSL_CERT_FILE"]\nheaders = { Authorization = "Bearer env:TOKEN", X = "1" }\n')
    assert said.candidates["a"].variables == ("SSL_CERT_FILE", "TOKEN")
