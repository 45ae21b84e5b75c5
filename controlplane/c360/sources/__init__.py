"""Events from streams and queues of others: from topics of Kafka, from queues of SQS."""
