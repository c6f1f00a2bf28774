"""Mail that leaves: kept as rows, rendered and sent by a job, shown to the operator."""
