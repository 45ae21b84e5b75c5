"""c360 on AWS: the gateway and the consumer of a queue as Lambda functions, and the template that makes them.

The database stays a PostgreSQL with an address. What is here needs `pip install 'c360[aws]'`.
"""
