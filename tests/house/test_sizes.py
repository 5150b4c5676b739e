# SPDX-License-Identifier: Apache-2.0
"""A limit reached is a sign to find the missing noun, not to cut a file in two."""

from statistics import median, quantiles

from tools import sources


def test_no_module_is_longer_than_500_lines():
    too_long = {source.name: source.lines for source in sources.everything() if source.lines > 500}

    assert {} == too_long


def test_half_of_the_modules_have_at_most_150_lines():
    # Packages whose __init__ is only a licence line would make the median look better than it is.
    lengths = [source.lines for source in sources.product() if source.tree.body]

    assert 150 >= median(lengths)


def written() -> list[sources.Source]:
    """Return the sources that people write: revisions are made from the models."""
    return [source for source in sources.everything() if "/migrations/" not in source.name]


def test_no_function_is_longer_than_60_lines():
    too_long = {
        f"{source.name}:{function.lineno} {function.name}": sources.function_lines(function)
        for source in written()
        for function in source.functions()
        if sources.function_lines(function) > 60
    }

    assert {} == too_long


def test_nine_of_ten_functions_have_at_most_30_lines():
    lengths = [
        sources.function_lines(function)
        for source in sources.product()
        for function in source.functions()
    ]

    assert 30 >= quantiles(lengths, n=10)[-1]


def test_no_function_nests_deeper_than_three():
    too_deep = {
        f"{source.name}:{function.lineno} {function.name}": sources.nesting(function)
        for source in sources.everything()
        for function in source.functions()
        if sources.nesting(function) > 3
    }

    assert {} == too_deep
