# The API with the explorer. Build from a checkout: `docker compose build`.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY . .
# The lock file holds Node for the browser libraries (extra "build"), so nothing else needs to be installed.
RUN python -m venv /opt/mcmgraph \
 && /opt/mcmgraph/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
 && PATH="/opt/mcmgraph/bin:$PATH" /opt/mcmgraph/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home mcmgraph
COPY --from=build /opt/mcmgraph /opt/mcmgraph
ENV PATH="/opt/mcmgraph/bin:$PATH" MCMGRAPH_HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /home/mcmgraph
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/v1/ready', timeout=4)"]
CMD ["mcmgraph", "serve"]
