# SPDX-License-Identifier: Apache-2.0
# Sourced by run and test: finds a Python and makes virtual environments that have pip and uv.
# Expects ROOT, the checkout. Speaks on stderr only.

PYTHONS=(python3 python3.13 python3.12 python3.11)

say() { printf 'synnefo: %s\n' "$*" >&2; }

die() {
    say "$@"
    exit 1
}

# Print a Python 3.11 to 3.13 that has the venv module; $PYTHON overrides the search.
find_python() {
    local candidate
    for candidate in ${PYTHON:-"${PYTHONS[@]}"}; do
        if "$candidate" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    die "needs Python 3.11, 3.12 or 3.13 (set PYTHON=/path/to/python3 if it isn't on PATH)"
}

# uv reads neither pip's variables nor the system's certificates unless told to.
uv_settings() {
    if [[ -n ${PIP_INDEX_URL:-} ]]; then
        export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}
    fi
    if [[ -n ${PIP_CERT:-} ]]; then
        export SSL_CERT_FILE=${SSL_CERT_FILE:-$PIP_CERT}
    elif [[ -e /etc/ssl/certs/ca-certificates.crt ]]; then
        export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1}
    fi
    export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180}
}

# Print what an environment has to be made anew for: checkout, members, versions.
fingerprint() {
    (
        shopt -s nullglob
        printf '%s\n' "$ROOT"
        cat "$ROOT"/setup.cfg "$ROOT"/{services,apis,plugins}/*/setup.cfg \
            "$ROOT"/constraints.txt "$ROOT"/requirements-dev.txt \
            "$ROOT"/tools/{environment.sh,bootstrap.py,members.py}
    ) | sha256sum
}

# Tell whether the environment $1 was completed for today's fingerprint and still starts.
is_current() {
    [[ -f $1/synnefo-stamp && $(<"$1/synnefo-stamp") == "$(fingerprint)" ]] &&
        "$1/bin/python" -c '' 2>/dev/null
}

# Make the environment $1, unless it is there, with pip and uv in it.
make_environment() {
    local python
    uv_settings
    if ! "$1/bin/uv" --version >/dev/null 2>&1 || ! "$1/bin/python" -c '' 2>/dev/null ||
        ! grep -qsF "$ROOT" "$1/bin/activate"; then
        python=$(find_python) || exit
        say "making a virtual environment in $1 with $python"
        "$python" -m venv --clear --without-pip "$1" || die "cannot make $1"
        "$1/bin/python" "$ROOT/tools/bootstrap.py" || exit
    fi
}

# Install into the environment $1 what the other arguments name, at the tested versions.
install() {
    local environment=$1
    shift
    "$environment/bin/uv" pip install --quiet --python "$environment/bin/python" \
        --constraint "$ROOT/constraints.txt" "$@" || die "cannot install into $environment"
}

# Note that the environment $1 is complete.
stamp() { fingerprint >"$1/synnefo-stamp"; }
