# Front-end files by their lock file, then the product with what it needs to run, as a user without rights.
FROM node:22-slim AS front
WORKDIR /front
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/var/rtop_assist
WORKDIR /srv/rtop_assist
COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt && pip check
COPY --from=front /front/node_modules node_modules
COPY manage.py gunicorn.conf.py ./
COPY rtop_assist rtop_assist
COPY cases cases
COPY templates templates
COPY static static
COPY fixtures fixtures
# A number that does not change: it owns what the volumes keep, and files to restore are given to it.
RUN useradd --system --uid 999 --create-home rtop && install -d -m 700 -o rtop -g rtop /var/rtop_assist /var/rtop_assist_heads
# Collected beside the code and not in the volume, which would keep those of the version before.
ENV STATIC_ROOT=/srv/rtop_assist/collected
RUN SECRET_KEY=only-while-building DATA_KEY=only-while-building VAR_DIR=/tmp/building \
    python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/building
USER rtop
EXPOSE 8000
CMD ["gunicorn", "rtop_assist.wsgi", "--bind", "0.0.0.0:8000"]
