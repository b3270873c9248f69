"""The adapters on Azure's own libraries: compute, tables, queues, identity; and the wall clock.

    compute      AzureCompute   scale sets and their instances, on azure-mgmt-compute
    machines     AzureMachines  virtual machines outside of scale sets: the masters
    arm          how both read and write
    arm_client   one SDK client per subscription, and the settings that it needs
    arm_shapes, arm_nics  ARM's JSON as typed partial structs -> the words of `shared/model/azure`
    arm_operations, arm_output  tokens of long operations, one look at one, and what a command printed
    arm_errors   every way in which ARM says no -> the four errors
    tables       AzureStore     documents in Storage tables, on azure-data-tables
    entities, keys  a document as an entity, a key as Table storage allows it
    queues       AzureQueues    messages in Storage queues, on azure-storage-queue
    storage, storage_errors  what tables and queues share
    calls        one call on the wire: was it sent, may it be repeated, how long may it take
    identity     who we are
    clock        WallClock

No SDK is imported by importing these modules: a Functions app that starts cold pays for what its first call needs.
"""
