# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CINEMA_HOST=0.0.0.0 \
    CINEMA_PORT=8000
RUN useradd --system --uid 10001 --no-create-home cinema
WORKDIR /srv/cinema
COPY --from=build /opt/venv /opt/venv
COPY cinema cinema
COPY workers workers
COPY templates templates
COPY migrations migrations
USER cinema
EXPOSE 8000
# serve answers SIGTERM: it says it is leaving, finishes what runs, closes the sockets, ends.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"CINEMA_PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "cinema"]
CMD ["serve"]
