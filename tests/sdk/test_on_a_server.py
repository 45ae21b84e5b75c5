"""The SDK in a Node process without globals of a page, against a real gateway."""

from __future__ import annotations

from support.events import event_count

PROGRAM = """
const {{ createServer }} = require('./dist/c360.cjs');
const c360 = createServer({{ url: '{url}', writeKey: '{key}' }});
c360.on('rejected', (one) => console.log(one.code));
c360.identify({{ userId: 'u1', traits: {{ email: 'lan@example.com' }} }});
for (let number = 0; number < 250; number += 1) c360.track({{ userId: 'u1', event: 'Ordered' }});
c360.group({{ userId: 'u1', groupId: 'g1' }});
c360.alias({{ userId: 'u1', previousId: 'a1' }});
c360.close().then((flushed) => console.log(flushed));
"""


def test_a_server_delivers_everything_and_its_process_ends(node, gateway, make_key, connect):
    done = node("--input-type=commonjs", "-e", PROGRAM.format(url=gateway.url, key=make_key()))

    assert (done.returncode, done.stdout) == (0, "delivered\n"), done.stderr
    assert event_count(connect()) == 253
