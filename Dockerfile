# The course's notebooks in one container, for one person who wants to look at them or to learn:
#   docker build -t allyship . && docker run --rm -p 8888:8888 allyship
# It prints an address to open. With -v "$PWD/mine:/home/learner" what is written outlives it. A hub
# has an image of its own, in hub/kubernetes.
FROM python:3.13-slim

RUN useradd --create-home --uid 1000 learner

WORKDIR /srv/allyship
COPY hub/kubernetes/image.lock ./
RUN pip install --no-cache-dir --require-hashes -r image.lock

COPY pyproject.toml README.md LICENSE LICENSE-CONTENT CHANGELOG.md ./
COPY src ./src
COPY book/modules ./book/modules
COPY book/journal ./book/journal
COPY book/return ./book/return
COPY book/_toc.yml ./book/_toc.yml
COPY _config.yml ./
COPY course/course.yml course/nbgrader_config.py ./course/
RUN pip install --no-cache-dir --no-build-isolation --no-deps .
COPY binder/notebooks.py /usr/local/bin/allyship-notebooks

USER learner
WORKDIR /home/learner
CMD ["sh", "-c", "python /usr/local/bin/allyship-notebooks notebooks && exec jupyter lab --ip=0.0.0.0 --no-browser notebooks"]
