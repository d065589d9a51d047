"""Model servers that cost next to nothing: nginx with one fixed answer, on several ports."""

from __future__ import annotations

import sys

import msgspec

from benchmarks.router.servers import HOST, Stage, free_ports
from benchmarks.router.tools import REPOSITORY, Tool

ANSWER = msgspec.json.encode(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "hello there"},
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 1000,
            "completion_tokens": 3,
            "total_tokens": 1003,
            "prompt_tokens_details": {"cached_tokens": 500},
        },
    }
).decode()
METRICS = (
    'vllm:num_requests_waiting{model_name="m"} 0\n'
    'vllm:num_requests_running{model_name="m"} 1\n'
    'vllm:kv_cache_usage_perc{model_name="m"} 0.1\n'
)
_MODELS = '{"object":"list","data":[{"id":"m","object":"model","created":1,"owned_by":"m"}]}'


def plain(stage: Stage, nginx: Tool, count: int = 8) -> list[str]:
    """Start endpoints that answer every chat at once; return their addresses."""
    ports = free_ports(count)
    listens = " ".join(f"listen {HOST}:{port};" for port in ports)
    metrics = METRICS.replace("\n", "\\n").replace('"', '\\"')
    temporary = " ".join(
        f"{kind}_temp_path {stage.folder};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = f"""
worker_processes 1; master_process off; daemon off; pid {stage.folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s;
  client_body_temp_path {stage.folder}; {temporary}
  client_body_buffer_size 1m; client_max_body_size 64m;
  server {{
    {listens}
    location = /metrics {{ default_type text/plain; return 200 "{metrics}"; }}
    location = /v1/models {{ default_type application/json; return 200 '{_MODELS}'; }}
    location / {{ default_type application/json; return 200 '{ANSWER}'; }}
  }}
}}
"""
    path = stage.write("nginx.conf", config)
    command = [nginx.path, "-p", stage.folder, "-c", path, "-e", "stderr"]
    stage.start("nginx", command, (ports[0], "/health"), nginx.environment)
    return [f"{HOST}:{port}" for port in ports]


def streaming(stage: Stage, count: int = 8) -> list[str]:
    """Start endpoints whose answers are 100 chunks, 20 ms apart; return their addresses."""
    ports = free_ports(count)
    command = [sys.executable, "-m", "benchmarks.router.streaming", *ports]
    stage.start("streaming", command, (ports[-1], ""), {"PYTHONPATH": str(REPOSITORY)})
    return [f"{HOST}:{port}" for port in ports]
