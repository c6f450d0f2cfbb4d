"""A phone whose SIM gets temporary tokens (GSMA TS.43) from the entitlement server at argv[1].

Prints as many as argv[5] says, for the SIM of IMSI, Ki and OPc in argv[2:5]."""

import asyncio
import sys

import httpx
from ts43ecs.tools.ecs_client.client import EcsClient

APP = "ap2014"
WANTED = {"operation": "AcquireTemporaryToken", "operation_targets": "GetPhoneNumber"}


async def main(base, imsi, ki, opc, count):
    async with httpx.AsyncClient(base_url=base) as http:
        client = EcsClient(client=http)
        signed_in = await client.authenticate(imsi=imsi, ki=ki, opc=opc, app=APP, accept_json=True)
        for _ in range(int(count)):
            given = await client.fetch_entitlement(
                imsi=imsi, app=APP, token=signed_in.document.token, accept_json=True,
                extra_params=WANTED)
            print(given.document.applications[APP]["TemporaryToken"])


asyncio.run(main(*sys.argv[1:6]))
