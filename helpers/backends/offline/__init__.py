"""The offline cloud: moto and AWS's rules in this process."""
