"""Writes expected.json: small templates with what Jinja2 makes of them; and families.json: what it
makes of conversations with the chat templates beside this file. These were written for the tests;
each gives the text that the models of the family it is named after are used with.

Jinja2 3.1.6, in the environment that Hugging Face transformers gives chat templates (an immutable
sandbox, trim_blocks, lstrip_blocks, loop controls, its own tojson and raise_exception).

    python make_expected.py
"""
import glob
import json
import os
import pathlib

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception

DATA = {
    "s": "  Hello wörld\n",
    "e": "",
    "u": "e\u0301 \U0001f44d\U0001f3fd 漢字\u3000",
    "q": "it's \"q\" <a & b> \\ \t\u0001\u00a0\u2028",
    "n": 7,
    "z": 0,
    "neg": -7,
    "f": 2.5,
    "one": 1.0,
    "big": 1e22,
    "tiny": 1.5e-7,
    "t": True,
    "no": False,
    "none_": None,
    "l": [3, 1, 2],
    "ls": ["b", "A", "c", "a"],
    "empty": [],
    "d": {"b": 1, "a": {"x": [1, 2.0, None, True, "ü"]}, "items": "own", "C": "z"},
    "ed": {},
    "m": [
        {"role": "system", "content": "Be good."},
        {"role": "user", "content": " Hi {{ n }} {% if %} <|im_end|>\n"},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes.", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": {"a": 1}}}]},
        {"role": "user", "content": None},
    ],
}

E = [  # expressions
    "s", "e", "u", "q", "n", "neg", "f", "one", "big", "tiny", "t", "no", "none_", "l", "d", "ed", "empty", "missing",
    "1", "1_000", "0x1f", "1.5", "1e3", "2.0e-5", "1e16", "123456789.125", "0.1 + 0.2", "'a' 'b'", "'\\n\\t\\x41\\u00e9\\q\\''", '"a\\"b"',
    "[1, 'a', [none]]", "(1, 'a')", "(1,)", "()", "1, 2", "{'a': 1, 'b': {'c': []}}", "true", "True", "none", "None", "false",
    "[1,2] + [3]", "(1,) + (2,)", "'a' + 'b'", "'a' + 1", "'ab' * 3", "1 + 2 * 3", "7 / 2", "7 // 2", "-7 // 2", "-7 % 3", "7 % -3", "7.5 % 2", "2 ** 3", "2 ** 3 ** 2", "2 ** -1", "-2 ** 2",
    "6 / 3", "1 - -1", "+n", "-f", "1 ~ 'a' ~ none ~ missing ~ 2.0", "'a' ~ 1 + 2", "n + t", "n - 'a'", "1 / 0", "n % 0",
    "1 == 1.0", "1 == true", "'1' == 1", "none == missing", "missing == missing2", "[1] == (1,)", "[1] == [1.0]", "d == d", "'a' < 'b'", "1 < 2 < 3", "1 < 2 > 5", "1 < 'a'", "l < 1", "'a' != 'b'",
    "'a' in 'abc'", "'x' in d", "'b' in d", "1 in l", "'1' in l", "4 not in l", "not 1 in l", "1 in 'a'", "'' in 'a'", "'a' in missing", "missing in l", "none in [none]", "'role' in m[0]",
    "1 and 2", "0 or 'a'", "'' and 1", "not ''", "not [0]", "not missing", "none or missing", "1 and 0 or 3", "not 1 == 2", "[] or {} or 0.0 or 'x'", "'false' and 1",
    "'a' if n else 'b'", "'a' if z", "'a' if z else 'b' if z else 'c'", "('a' if z) is defined", "1 if missing is defined else 2",
    "s[0]", "s[-1]", "s[2]", "s[99]", "l[0]", "l[-1]", "l[9]", "l['a']", "d['b']", "d['zz']", "d.b", "d.zz", "d.zz.y", "d.a.x[1]", "d['items']", "d.a.x.0", "d[0]", "missing.a", "missing[0]", "none_.a", "none_[0]", "n.a",
    "s[1:]", "s[:-1]", "s[1:3]", "s[::-1]", "s[::2]", "l[::-1]", "l[1:]", "l[-2:]", "l[5:]", "l[:0]", "l[2:0:-1]", "l[::0]", "u[0]", "u[2:4]", "u[::-1]", "u|length", "(1,2,3)[1:]", "d[1:]", "l[none:2]", "m[1:]|length", "m[-1].role", "missing[1:]",
    "s.strip()", "s.lstrip()", "s.rstrip()", "s.strip(' H')", "s.strip('\\n').split(' ')", "u.strip()", "u|trim", "s|trim", "s|trim('\\n')", "n|trim", "none_|trim", "missing|trim", "'xaxbx'.split('x')", "'xaxbx'.split('x', 1)", "'a  b '.split()", "''.split()", "''.split(',')", "'a,b,c'.rsplit(',', 1)", "'a,b,c'.rsplit(',')", "'aXbX'.rsplit('X')", "'abc'.rsplit('ab')",
    "'a\\nb\\r\\nc'.splitlines()", "'a\\nb'.splitlines(true)", "s.startswith('  H')", "s.endswith('x')", "s.startswith(('a', ' '))", "'abc'.removeprefix('a')", "'abc'.removesuffix('bc')", "s.upper()", "'ß'.upper()", "'İ'.lower()", "s.title()", "\"it's a-b\".title()", "'hELLO wORLD'.capitalize()", "'aaa'.replace('a', 'b')", "'aaa'.replace('a', 'b', 2)", "'abcb'.find('b')", "'abcb'.rfind('b')", "u.find('漢')", "'abc'.index('z')", "'aXaX'.count('X')", "'-'.join(ls)", "'-'.join(l)", "'a=b=c'.partition('=')", "'a=b=c'.rpartition('=')", "' '.isspace()", "''.isspace()", "'12'.isdigit()", "'1a'.isdigit()", "'ab'.isalpha()", "'AB'.isupper()", "'A1'.isupper()", "'a1'.islower()", "'1'.islower()", "s.nothing", "s.nothing()",
    "d.get('b')", "d.get('zz')", "d.get('zz', 'x')", "d.get('a').get('x')[0]", "d.keys()|list", "d.values()|list", "ed.items()|list", "m[0].items()|list", "d.keys()|length", "m[0].items()|first", "'a' in d.keys()", "d|length", "d|list", "d|first", "d|last", "m[0]|items|list", "d|dictsort", "m[0]|dictsort(reverse=true)", "{'b': 1, 'a': 2}|dictsort(by='value')", "missing|items|list",
    "s|length", "l|count", "none_|length", "missing|length", "n|length", "l|first", "empty|first", "l|last", "e|first", "ls|join", "l|join(', ')", "m|join('|', attribute='role')", "s|upper", "s|lower", "'foo bar-baz (qux'|title", "'hELLO'|capitalize", "n|upper", "s|replace('l', 'L')", "s|replace('l', 'L', 1)", "n|replace(7, 8)", "s|list", "d|string", "n|string", "none_|string", "missing|string", "'12'|int", "'x'|int", "'x'|int(5)", "'3.7'|int", "f|int", "none_|int", "missing|int", "' 4 '|int", "'1.5'|float", "'x'|float", "n|float", "neg|abs",
    "missing|default", "missing|default('a')", "none_|default('a')", "none_|default('a', true)", "e|d('a', true)", "e|default('x', boolean=true)", "d.zz|default([])", "missing.a|default('x')", "l|reverse|list", "s|reverse", "ls|sort", "ls|sort(case_sensitive=true)", "l|sort(reverse=true)", "m|sort(attribute='role')|map(attribute='role')|list", "['a','A','b']|unique|list", "[1,2,1]|unique|list", "ls|map('upper')|list", "m|map(attribute='role')|list", "m|map(attribute='zz', default='-')|list", "l|select|list", "l|select('odd')|list", "l|reject('equalto', 1)|list", "m|selectattr('role', 'equalto', 'user')|list|length", "m|selectattr('tool_calls')|list|length", "m|selectattr('tool_calls', 'defined')|map(attribute='role')|list", "m|rejectattr('role', 'in', ['user', 'system'])|map(attribute='role')|join", "m|selectattr('role', '==', 'user')|list|last", "m|selectattr('content', 'string')|map(attribute='content')|map('trim')|list", "m|map(attribute='tool_calls.0.id')|list", "l|select|length", "m|selectattr('role','equalto','user')|first", "[0, 1, '', 'a', none, missing]|select|list", "'a\\nb\\n\\nc'|indent", "'a\\nb\\n\\nc'|indent(2, true)", "'a\\n\\nb'|indent(2, blank=true)", "'a\\nb'|indent('> ')", "''|indent(2, first=true)", "s|safe",
    "d|tojson", "d|tojson(indent=2)", "d|tojson(indent=4, sort_keys=true)", "d|tojson(separators=(',', ':'))", "d|tojson(ensure_ascii=true)", "q|tojson", "q|string|list|tojson", "u|tojson", "u|tojson(ensure_ascii=true)", "none_|tojson", "missing|tojson", "big|tojson", "tiny|tojson", "[]|tojson(indent=2)", "{}|tojson(indent=2)", "[[], {}]|tojson(indent=2)", "(1,2)|tojson", "t|tojson", "one|tojson", "12345678901234567890|tojson", "m[2]|tojson", "[q]", "[u]", "{'a': q}", "['\\x7f\\u200b\\ue000']", "[\"a'b\", 'a\"b', 'a\\'\"b']",
    "missing is defined", "n is defined", "none_ is defined", "d.zz is defined", "d.zz is undefined", "missing is none", "none_ is none", "none_ is not none", "s is string", "n is string", "d is mapping", "l is mapping", "s is iterable", "n is iterable", "none_ is iterable", "missing is iterable", "d is iterable", "l is sequence", "s is sequence", "d is sequence", "n is sequence", "missing is sequence", "n is number", "t is number", "f is number", "n is integer", "t is integer", "f is float", "t is boolean", "n is boolean", "t is true", "1 is true", "no is false", "0 is false", "n is odd", "n is even", "n is divisibleby 7", "n is divisibleby(2)", "n is equalto 7", "n is eq(7)", "1 is ne 2", "n is gt 3", "n is in l", "1 is in(l)", "'a' is in 'abc'", "n is not defined", "not n is defined", "n is defined and l is sequence", "n is gt 3 and z is lt 1", "missing is not defined or missing", "l[5] is defined", "m[0].tool_calls is defined", "'a' if n is defined else 'b'",
    "range(3)|list", "range(1, 7, 2)|list", "range(3, 0, -1)|list", "namespace(a=1).a", "namespace().b is defined", "dict(a=1, b='x')", "raise_exception('no: ' ~ n)", "missing()", "s()", "missing + 'a'", "'a' + missing", "missing ~ 'a'", "none_ + 'a'", "missing > 1", "-missing", "-s", "{'a': 1}.a", "{'a': 1}['a']", "[1,2][0]", "'abc'[1]", "('a')[0]", "(n + 1) * 2", "n|string + 'a'", "'a' + n|string", "-n|abs", "not n is odd", "n is odd == true", "m[0]['role'] == 'system' and m[0]['content']", "1 in [1] == true", "[1, 2,]", "{'a': 1,}",
    "s.strip().split(' ')[-1].lstrip('w')", "m[2].content.split('</think>')[-1].lstrip('\\n')", "m[2].content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n')", "m[1].content", "m[1].content|trim + '!'",
]

W = [  # white space control
    "a\n{% if t %}\nb\n{% endif %}\nc\n", "a\n  {% if t %}\n  b\n  {% endif %}\nc", "a\n  {%+ if t %}\n  b\n  {%+ endif %}\nc", "a\n{% if t +%}\nb{% endif +%}\nc", "a \n {%- if t -%} \n b \n {%- endif -%} \n c", "a {{- ' b ' -}} c", "  {{ n }}\n  {{ n }}\n", "{{ n }}\n", "{{ n }}\n\n", "a\r\nb\rc\n{{ n }}\r\n",
    "a {# c #} b", "a\n  {# c #}\nb", "a\n  {#- c -#}\n  b", "a {#+ c +#}\nb", "{# a {% if %} {{ #}x", "  {# c #}  x", "  {% if t %}x{% endif %}", "\n  {% if t %}x{% endif %}  \n", "x {% if t %}y{% endif %}", "{% raw %}{{ a }} {% if %}{% endraw %}", "a\n  {% raw %}\n  {{ a }}\n  {% endraw %}\nb", "a {%- raw -%}  x {{ y }}  {%- endraw -%} b",
    "{%if t%}x{%endif%}", "{{n}}", "{{ '}}' }}", "{{ '%}' ~ \"{{\" }}", "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}}}", "{ {x} { % }", "{", "a{", "", "\n", "\n\n", "{{\n n\n}}", "{% set x = [1,\n 2] %}\n{{ x }}", "\u3000{%- if t %}x{% endif %}", "a\u00a0\n\u00a0{% if t %}x{% endif %}", "{%- if t -%}\n\n  x{% endif %}\n\n\ny", "{% if t %}\n\n{% endif %}z", "{{ n }}  {% if t %}x{% endif %}", "{% if t %}  {% if t %}x{% endif %}{% endif %}", "{{ '\n' }}", "{{ 'a\r\nb' }}", "-{{- n -}}-", "{{ -n }}", "{{- -n }}", "{{ n -}}\n x", "{% if t -%}\n x{% endif %}",
]

P = [  # statements
    "{% if z %}a{% elif n %}b{% else %}c{% endif %}", "{% if z %}a{% elif z %}b{% else %}c{% endif %}", "{% if z %}a{% endif %}", "{% if not missing %}a{% endif %}", "{% if 1, %}a{% endif %}",
    "{% for x in l %}{{ x }}{% endfor %}", "{% for x in l %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }} {% endfor %}", "{% for x in empty %}a{% else %}none{% endfor %}", "{% for x in l %}a{% else %}none{% endfor %}", "{% for x in l if x > 1 %}{{ x }}{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}", "{% for x in l if x > 9 %}a{% else %}none{% endfor %}", "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{% endfor %}", "{% for x in l %}{{ loop.previtem is defined }}{% endfor %}", "{% for k, v in m[0].items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in m[0] %}{{ k }};{% endfor %}", "{% for a, b in [(1, 2), [3, 4]] %}{{ a + b }} {% endfor %}", "{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}", "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for c in 'añ👍' %}{{ c }}.{% endfor %}", "{% for x in none_ %}{% endfor %}", "{% for x in missing %}a{% else %}b{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}", "{% for x in l + [9] %}{{ x }}{% endfor %}",
    "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% for y in l %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}", "{% for x in l %}{% for y in ls %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for x in l %}{% break %}{% else %}none{% endfor %}", "{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{{ loop is defined }}{% for x in l %}{% endfor %}{{ x is defined }}",
    "{% set x = 1 %}{% for y in l %}{% set x = y %}{% endfor %}{{ x }}", "{% set x = 1 %}{% for y in l %}{{ x }}{% set x = x + y %}{{ x }};{% endfor %}{{ x }}", "{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}", "{% set x = 1 %}{% for y in l %}{% if t %}{% set x = 9 %}{% endif %}{{ x }}{% endfor %}{{ x }}", "{% for y in l %}{% if loop.first %}{% set x = y %}{% endif %}{{ x }};{% endfor %}", "{% set ns = namespace(x=0, y='a') %}{% for y in l %}{% set ns.x = ns.x + y %}{% endfor %}{{ ns.x }}{{ ns.y }}", "{% set ns = namespace() %}{{ ns.q }}{{ ns.q is defined }}{% set ns.q = none %}{{ ns.q }}", "{% set n.x = 1 %}", "{% set d.x = 1 %}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set x %} a {{ n }}\n{% endset %}[{{ x }}]", "{% set x | trim | upper %} a {{ n }} {% endset %}[{{ x }}]", "{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}", "{% set m = m[1:] %}{{ m|length }}", "{% set l = l[::-1] %}{% for x in l %}{{ x }}{% endfor %}", "{% for n in l %}{{ n }}{% endfor %}{{ n }}", "{% set x = 1 %}{% for x in l %}{{ x }}{% endfor %}{{ x }}", "{% for x in l %}{% set n = n + x %}{{ n }} {% endfor %}{{ n }}", "{% set x = 'a' %}{% set x = x + 'b' %}{{ x }}", "{% set range = 5 %}{{ range }}",
    "{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(c=1, a=2) }}{{ f() }}", "{% macro f(a) %}[{{ a }}]{% endmacro %}{{ f('x')|length }}{{ f('x') + 'y' }}{{ f('a') is string }}", "{% macro f(a) %}{{ a is defined }}{% endmacro %}{{ f() }}", "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(b=2) }}", "{% set g = 1 %}{% macro f() %}{{ g }}{% set g = 5 %}{{ g }}{% endmacro %}{% set g = 2 %}{{ f() }}{{ g }}", "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% macro f(x, y=x) %}{{ y }}{% endmacro %}{{ f(4) }}", "{% for x in l %}{{ f(x) if f is defined }}{% endfor %}", "{% macro f(x) -%}\n  {{ x }}\n{%- endmacro %}\n{{ f(1) }}", "{% macro f(x) %}{% for y in x %}{{ y }}{% endfor %}{% endmacro %}{{ f(l) }}", "{% macro f() %}{{ loop is defined }}{% endmacro %}{% for x in l %}{{ f() }}{% endfor %}",
    "a{% generation %}b{{ n }}{% endgeneration %}c", "a\n{% generation %}\nb\n{% endgeneration %}\nc", "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "{% for x in m %}{% if x.role == 'assistant' %}{% generation %}{{ x.content }}{% endgeneration %}{% endif %}{% endfor %}", "{% for x in l %}{% generation %}{{ x }}{{ loop.index }}{% endgeneration %}{% endfor %}",
    "{% if n == 7 %}{{ raise_exception('seven') }}{% endif %}", "{% for x in m %}{{ x.role }}: {{ x['content'] | trim }}\n{% endfor %}", "{%- for x in m %}\n{{ x.role }}\n{%- if not loop.last %}, {% endif %}\n{%- endfor %}", "{% for x in m[1:] %}{% if (x.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('bad') }}{% endif %}{{ x.role }}{% endfor %}", "{% set x = m|selectattr('role', 'equalto', 'user') %}{% for y in x %}{{ y.role }}{% endfor %}|{% for y in x %}{{ y.role }}{% endfor %}", "{% if m|selectattr('role', 'equalto', 'nobody') %}yes{% endif %}", "{% if d.items() %}x{% endif %}", "{% if ed.items() %}x{% else %}y{% endif %}", "{% for k, v in d.a.items() %}{{ k }}{{ v }}{% endfor %}", "{% for x in range(2) %}{% for k, v in m[0]|items %}{{ k }}{% endfor %}{% endfor %}", "{% for k, v in m[0]|dictsort %}{{ k }}{% endfor %}", "{% for x in l|sort %}{{ x }}{% endfor %}", "{% set x = namespace(l=[]) %}{% for y in l %}{% set x.l = x.l + [y * 2] %}{% endfor %}{{ x.l }}", "{{ n }}{% if n %}{% if z %}{% else %}x{% endif %}{% endif %}", "{% set ns = namespace(f=false) %}{% for x in m %}{% if x.role == 'user' and not ns.f %}{% set ns.f = true %}{{ loop.index }}{% endif %}{% endfor %}", "{% if 'a' in 'abc' and 'x' not in d %}ok{% endif %}", "{{ l.append(4) }}", "{{ d.update({'a': 1}) }}", "{{ 'a' if n is defined }}", "{% for x in l %}{{ x }}{{ ', ' if not loop.last else '.' }}{% endfor %}",
]

BAD = [  # not templates, or not supported: refused when read
    "{% if %}", "{% if t %}", "{% for x in l %}", "{% endif %}", "{{ }}", "{{ n", "{% set %}", "{{ 'a }}", "{{ (1 }}", "{{ [1) }}", "{# a", "{% for x l %}{% endfor %}", "{% break %}", "{{ n n }}", "{{ 1 + }}", "{{ a. }}", "{{ a[ }}", "{% unknown %}", "{{ n|unknown }}", "{{ n is unknown }}", "{% macro %}{% endmacro %}", "{{ $ }}", "{{ {'a' 1} }}", "{% else %}",
]


def case(template, context):
    try:
        return {"template": template, "expected": env.from_string(template).render(**context)}
    except Exception as e:
        return {"template": template, "error": type(e).__name__ + ": " + str(e), "raised": type(e) is TemplateError}


FAMILIES = ["smollm2", "llama-3", "qwen-2", "qwen-3", "gemma-3", "mistral", "chatml"]
MARKERS = "<|im_end|>\n<|im_start|>user <|eot_id|><|start_header_id|> [INST] [/INST] </s> <start_of_turn> <end_of_turn> {{ x }} {% if %}"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather \"now\", in 漢字 <b>", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}}}]
CALL = {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "id": "abcdefghi", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": 2}}}]}


def turns(*texts, system=None):
    roles = ["user", "assistant"]
    first = [] if system is None else [{"role": "system", "content": system}]
    return first + [{"role": roles[i % 2], "content": x} for i, x in enumerate(texts)]


CONVERSATIONS = {
    "one turn": turns("Hi."),
    "two turns": turns("Hi.", "Hello!"),
    "many turns": turns("Hi.", "Hello!", "How?", "So.", "And?", "Then."),
    "system": turns("Hi.", "Hello!", system="Be brief."),
    "empty system": turns("Hi.", "Hello!", system=""),
    "empty texts": turns("", "", "x", "y"),
    "unicode": turns("e\u0301\u0323 caf\u00e9 \U0001f44d\U0001f3fd", "漢字かな \U0001f468\u200d\U0001f469\u200d\U0001f467", "\u3000x\u00a0", "ok", system="Ünï \u202e"),
    "spaces": turns("  leading\n\n", "\n\n  both \t\n", "   ", " x", system=" s \n"),
    "markers": turns(MARKERS, "a " + MARKERS + " b", "x", MARKERS, system=MARKERS),
    "thinking": turns("2+2?", "<think>\nTwo and two.\n</think>\n\nFour.", "3+3?", "<think>\nhm\n</think>\n\nSix."),
    "tool call": turns("Weather?") + [CALL, {"role": "tool", "content": "{\"t\": 3}", "tool_call_id": "abcdefghi"}, {"role": "assistant", "content": "Cold."}],
    "wrong order": turns("a") + turns("b"),
}
SPECIAL = {"llama-3": ("<|begin_of_text|>", "<|eot_id|>"), "gemma-3": ("<bos>", "<eos>"), "mistral": ("<s>", "</s>")}
WITH_TOOLS = {"llama-3", "qwen-3", "mistral"}


def families(folder):
    out = []
    for family in FAMILIES:
        path = pathlib.Path(folder, family + ".jinja")
        template = env.from_string(path.read_text(encoding="utf-8"))
        bos, eos = SPECIAL.get(family, ("", "<|im_end|>"))
        for name, messages in CONVERSATIONS.items():
            for tools in [None, TOOLS] if family in WITH_TOOLS else [None]:
                for prompt in [False, True]:
                    context = {"messages": messages, "tools": tools, "add_generation_prompt": prompt, "bos_token": bos, "eos_token": eos}
                    row = {"family": family, "name": name, "context": context}
                    try:
                        row["expected"] = template.render(**context)
                    except TemplateError as e:
                        row["raised" if type(e) is TemplateError else "error"] = str(e)
                    except Exception as e:
                        row["error"] = str(e)
                    out.append(row)
    return out


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    small = [case("{{ " + e + " }}", DATA) for e in E] + [case(x, DATA) for x in W + P]
    for c in [case(x, DATA) for x in BAD]:
        assert "error" in c, c
    text = json.dumps({"context": DATA, "cases": small, "bad": BAD}, ensure_ascii=True, indent=1)
    (here / "expected.json").write_text(text + "\n", encoding="utf-8")
    text = json.dumps(families(here), ensure_ascii=True, indent=None).replace('{"family"', '\n{"family"')
    (here / "families.json").write_text(text + "\n", encoding="utf-8")
    print(len(small), "cases,", len(BAD), "refused")
