"""The M/M/c queue in SimPy. Reads a number of customers a line, answers how many were served.

Arguments: servers, utilisation. The first line out says the version and the mean wait of a trial run, which the parent
holds against Erlang C. The queue goes on from line to line.
"""
import random
import sys

import simpy

TRIAL = 60_000


class Queue:
    def __init__(self, servers, utilisation, seed):
        self.random = random.Random(seed)
        self.rate = servers * utilisation
        self.env = simpy.Environment()
        self.desk = simpy.Resource(self.env, capacity=servers)
        self.served = 0
        self.waited = 0.0
        self.until = None
        self.target = None
        self.env.process(self.door())

    def door(self):
        while True:
            yield self.env.timeout(self.random.expovariate(self.rate))
            self.env.process(self.customer())

    def customer(self):
        arrived = self.env.now
        with self.desk.request() as request:
            yield request
            self.waited += self.env.now - arrived
            yield self.env.timeout(self.random.expovariate(1.0))
        self.served += 1
        if self.served == self.until:
            self.target.succeed()

    def run(self, customers):
        before = self.served
        self.until = before + customers
        self.target = self.env.event()
        self.env.run(until=self.target)
        return self.served - before


def main():
    servers, utilisation = int(sys.argv[1]), float(sys.argv[2])
    trial = Queue(servers, utilisation, 1)
    trial.run(TRIAL)
    print(simpy.__version__, trial.waited / TRIAL, flush=True)
    queue = Queue(servers, utilisation, 2)
    for line in sys.stdin:
        print(queue.run(int(line)), flush=True)


main()
