# The daemon in a container. Tenants' files, and what is written beside them, stand in /data/tenants.
#   docker build --tag afletter .
#   docker run --volume ./tenants:/data/tenants afletter

FROM python:3.12-slim-bookworm AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/afletter
# Packages before the program, so that a change to the program does not fetch them again. Wheels only: nothing is compiled.
COPY requirements.lock ./
RUN /opt/afletter/bin/python -m pip install --only-binary :all: --require-hashes --requirement requirements.lock
COPY . ./
# setuptools has done its work then, and pip too: the final image installs and builds nothing.
RUN /opt/afletter/bin/python -m pip install --no-deps --no-build-isolation . \
    && /opt/afletter/bin/python -m pip uninstall --yes setuptools pip

FROM python:3.12-slim-bookworm
RUN python -m pip uninstall --yes pip \
    && groupadd --system --gid 10001 afletter \
    && useradd --system --uid 10001 --gid afletter --home-dir /data --no-create-home --shell /usr/sbin/nologin afletter \
    && install --directory --owner=afletter --group=afletter /data /data/tenants
COPY --from=builder /opt/afletter /opt/afletter
ENV PATH=/opt/afletter/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AFLETTER_CONFIG=/data/tenants
WORKDIR /data
VOLUME ["/data"]
USER 10001:10001
# That the process lives is the container's own business; this asks whether the tenants' files can be read and their
# stores answer. It starts a second program, so it is not asked every few seconds.
HEALTHCHECK --interval=5m --timeout=60s --start-period=2m --retries=3 \
    CMD ["afletter", "status", "--json", "--config", "/data/tenants"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["afletter"]
CMD ["daemon"]
