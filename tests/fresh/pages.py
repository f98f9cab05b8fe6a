"""The commands of the pages: fenced blocks of Markdown.

A block whose language is `sh` is run as it stands, in one shell from block to block of a page, at the clone's root. `sh needs=docker`
needs what the bare machine lacks: such a block is not run here, and NEEDS names the target of make that tries the same. All other blocks
are illustrations.
"""

import dataclasses
import re

NEEDS = {
    "database": "make test (analytics.*, store_integration_test)",
    "docker": "make test-containers",
    "gpu": "make test, on a machine with a GPU",
    "kafka": "make test (kafka_bus_test, e2e_test)",
    "kubernetes": "make test (containers.kubernetes)",
    "model": "make test (parity_test)",
    "prometheus": "make test (monitoring.live)",
    "systemd": "make test (analytics.systemd)",
}
# In README's first block, in place of the address of a repository.
ADDRESS = "ADDRESS"


class BadPage(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Block:
    page: str
    line: int  # of its first command; lines are counted from 1
    needs: str  # "": nothing that is not there
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"


def blocks(page, text):
    """The blocks of commands of a page, in order. Raises BadPage with the line that is wrong."""
    found, fence, words, begin, lines = [], None, [], 0, []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.fullmatch(r"( *)(`{3,}|~{3,}) *(.*?) *", line)
        if fence is None:
            if match:
                fence, words, begin, lines = match[2], match[3].split(), number, []
        elif match and match[2].startswith(fence) and not match[3]:
            if words[:1] == ["sh"]:
                found.append(Block(page, begin + 1, needs(page, begin, words[1:]), "\n".join(lines) + "\n"))
            fence = None
        else:
            lines.append(line)
    if fence is not None:
        raise BadPage(f"{page}:{begin}: the block is not closed")
    return found


def needs(page, line, words):
    if not words:
        return ""
    name, _, value = words[0].partition("=")
    if len(words) > 1 or name != "needs" or value not in NEEDS:
        raise BadPage(f"{page}:{line}: after sh may stand needs= and one of {', '.join(NEEDS)}, not {' '.join(words)}")
    return value


def without_comments(block):
    """The commands alone: pages in several languages have the same."""
    return [re.sub(r"(^|\s+)#.*", "", line) for line in block.text.strip().splitlines()]


def first_commands(block, address, last="make demo"):
    """README's first block for a repository at `address`, with another last command instead of make demo. Raises BadPage."""
    commands = block.text.strip().splitlines()
    if without_comments(block)[-1] != "make demo" or ADDRESS not in block.text:
        raise BadPage(f"{block}: README's first block of commands clones {ADDRESS} and ends with make demo")
    return dataclasses.replace(block, text="\n".join([*commands[:-1], last]).replace(ADDRESS, str(address)) + "\n")
